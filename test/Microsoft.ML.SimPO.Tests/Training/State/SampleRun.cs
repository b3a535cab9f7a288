using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A run of any length, every figure another number.</summary>
internal static class SampleRun
{
    public static TrainingRun Make(int steps) => new()
    {
        RestoredStep = 2,
        StoppedEarly = true,
        MetricForBestModel = BestModelMetric.Margin,
        Seed = 7,
        StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        TrainingData = new PairCounts { Used = 10, DroppedLong = 1, DroppedEmpty = 2, CutPrompts = 3, CutAnswers = 4, EqualAnswers = 5 },
        ValidationData = new PairCounts { Used = 6 },
        Steps = [.. Enumerable.Range(1, steps).Select(i => Step(i, steps))],
        Validations = [Validation(0), Validation(steps)],
        Findings = [new TrainingDiagnosis(3, TrainingSymptom.GradientVanished, false, 1e-5, "Nothing is learned any more.")],
    };

    public static TrainingProgress Step(int step, int total) => new()
    {
        Step = step,
        TotalSteps = total,
        Epoch = step / 3.0,
        Loss = 0.1 + step,
        ChosenReward = -0.2 * step,
        RejectedReward = -0.3 * step,
        Accuracy = 0.75,
        Margin = 0.1 * step,
        ChosenLogProbability = -1.0 / step,
        RejectedLogProbability = -2.0 / step,
        GradientNorm = Math.Sqrt(step),
        LearningRate = 1e-6 / step,
        ReportedLearningRate = 1e-6 / (step + 1),
        Tokens = 100 + step,
        TokensPerSecond = double.PositiveInfinity,
        Elapsed = TimeSpan.FromTicks(12_345_678L * step),
        Remaining = TimeSpan.FromTicks(12_345_678L * (total - step)),
    };

    public static ValidationResult Validation(int step)
    {
        var sum = new MetricsSum(0.5);
        sum.Add(1 + step, 0.25);
        sum.Add(-1, 3);
        return new ValidationResult(step, step / 3.0, 1.0 / (step + 3), sum.Metrics()) { Figures = new EvaluationFigures(1, 2, 3, 4, 5, 6, 7.0 / 3) };
    }

    /// <summary>Everything in it is equal, and to the last bit.</summary>
    public static void AssertEqual(TrainingRun expected, TrainingRun found)
    {
        Assert.Equal(expected.Steps, found.Steps);
        Assert.Equivalent(expected.Validations, found.Validations, strict: true);
        Assert.Equal(expected.Validations.Select(v => (v.Loss, v.Figures)), found.Validations.Select(v => (v.Loss, v.Figures)));
        Assert.Equal(expected.Findings, found.Findings);
        Assert.Equal(expected.MetricForBestModel, found.MetricForBestModel);
        Assert.Equal(
            (expected.RestoredStep, expected.StoppedEarly, expected.Seed, expected.StartedAt, expected.TrainingData, expected.ValidationData),
            (found.RestoredStep, found.StoppedEarly, found.Seed, found.StartedAt, found.TrainingData, found.ValidationData));
    }
}
