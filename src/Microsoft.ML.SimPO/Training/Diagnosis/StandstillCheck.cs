using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>Sees at the end of a run that it changed nothing: neither weights, of which it keeps some of each, nor the loss.</summary>
internal sealed class StandstillCheck
{
    private const int ValuesOfEach = 64, FewestSteps = 6;

    private const double Rounding = 1.0 / (1 << 23), StandardErrors = 2;

    private readonly Decoder _decoder;
    private readonly float[][] _before;

    /// <summary>Looks at the weights as they are now.</summary>
    public StandstillCheck(Decoder decoder) => (_decoder, _before) = (decoder, Sample(decoder));

    /// <summary>A sentence where the steps since then changed nothing; null where they did, or where there were none.</summary>
    public string? Warning(IReadOnlyList<TrainingProgress> steps)
    {
        if (steps.Count == 0) return null;
        string rates = Say($"the highest learning rate was {steps.Max(s => s.LearningRate):G3}");
        if (!HasMoved())
            return Say($"The run changed nothing: in {Count(steps)} no weight moved by more than its rounding; {rates}. ")
                + "Set `WarmupRatio` to 0, raise `LearningRate`, or make more steps.";
        if (steps.Count < FewestSteps) return null;
        double[] start = [.. steps.Take(steps.Count / 3).Select(s => s.Loss)], end = [.. steps.TakeLast(steps.Count / 3).Select(s => s.Loss)];
        double fall = start.Average() - end.Average();
        if (Math.Abs(fall) > StandardErrors * MeanDifference.StandardError(start, end)) return null;
        return Say($"The loss did not move: {start.Average():G4} at the start and {end.Average():G4} at the end of {Count(steps)} differ by no more than ")
            + $"chance; {rates}. Raise `LearningRate`, or make more steps.";
    }

    private bool HasMoved() => _before.Zip(Sample(_decoder)).Any(
        p => p.First.Zip(p.Second).Any(v => Math.Abs(v.Second - (double)v.First) > Rounding * Math.Abs(v.First)));

    private static float[][] Sample(Decoder decoder) => [.. decoder.Trainable.Select(Sample)];

    private static float[] Sample(Parameter parameter)
    {
        using WeightLease lease = parameter.Enter(WeightUse.Read);
        using NewScope scope = new();
        Tensor values = parameter.Value.detach().flatten();
        long stride = Math.Max(1, values.numel() / ValuesOfEach);
        return values.slice(0, 0, values.numel(), stride).cpu().contiguous().data<float>().ToArray();
    }

    private static string Count(IReadOnlyList<TrainingProgress> steps) => steps.Count == 1 ? "1 step" : Say($"{steps.Count} steps");

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
