using static Microsoft.ML.SimPO.Training.Diagnosis.RunHistory;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>The loss rises and stays up, or is no finite number.</summary>
internal sealed class DivergenceRule : IRunRule
{
    private const int StepsAbove = 10;

    /// <summary>A rate above it is that of a small model, for which the rate of large ones is none.</summary>
    private const double RateOfLarge = 1e-5;

    private double _best = double.PositiveInfinity;
    private int _above;
    private bool _isSaid, _isSevere;

    public TrainingDiagnosis? OnStep(RunHistory run)
    {
        if (_isSevere) return null;
        TrainingProgress step = run.Newest;
        if (!double.IsFinite(step.Loss))
            return Found(run, true, double.PositiveInfinity, Say($"In step {step.Step} the loss is {step.Loss}, no finite number."));
        if (run.Mean(s => s.Loss) is not { } mean || !double.IsFinite(mean)) return null;
        _best = Math.Min(_best, mean);
        double times = mean / _best;
        bool isUp = mean - _best > run.Limits.DivergenceRise && times > run.Limits.DivergenceWarning;
        _above = isUp ? _above + 1 : 0;
        bool severe = isUp && times > run.Limits.DivergenceError;
        if (!severe && (_isSaid || _above < run.Lines(StepsAbove))) return null;
        return Found(run, severe, times, Say(
            $"After step {step.Step} the mean loss of {MeanSteps} steps is {mean:G4}, {times:F1} times the best, which was {_best:G4}: the run diverges."));
    }

    private TrainingDiagnosis Found(RunHistory run, bool severe, double times, string message)
    {
        (_isSaid, _isSevere) = (true, severe);
        double rate = run.Run.LearningRate;
        return new TrainingDiagnosis(run.Newest.Step, TrainingSymptom.LossDiverged, severe, times, message
            + Say($" Use a lower `LearningRate` than {rate:G3}, and a lower `Beta`."))
        {
            Limit = severe ? run.Limits.DivergenceError : run.Limits.DivergenceWarning,
            Cause = "The learning rate is too high, or beta makes the loss too steep.",
            Remedy = $"learning_rate: {(rate > RateOfLarge ? run.LowerRate : "3e-7")}\nbeta: 1.0",
        };
    }
}
