namespace Microsoft.ML.SimPO.Training;

/// <summary>What the loop needs beside its data and loss.</summary>
internal sealed record TrainingSettings
{
    public required double LearningRate { get; init; }

    public LearningRateScheduler Scheduler { get; init; }

    public double WarmupRatio { get; init; }

    /// <summary>Null for the share of the steps that <see cref="WarmupRatio"/> says.</summary>
    public int? WarmupSteps { get; init; }

    public double MaxGradNorm { get; init; } = 1;

    public AdamWSettings AdamW { get; init; } = new();

    public StepWeighting Weighting { get; init; } = StepWeighting.EachPair;

    /// <summary>A micro-batch with more rows is run in several passes, which changes nothing but its rounding.</summary>
    public int TokensPerPass { get; init; } = int.MaxValue;

    /// <summary>Compute activations again in the backward pass instead of keeping them.</summary>
    public bool Recompute { get; init; }

    /// <summary>Bytes that logits may take at a time.</summary>
    public long LogitsBudget { get; init; } = ResponseHead.DefaultBudget;

    /// <summary>Whether look-ups of the padding token's row give it a gradient; Hugging Face says no.</summary>
    public bool LookUpPadding { get; init; } = true;

    /// <summary>Whether the rate of the next step is what is reported of a step.</summary>
    public bool ReportsNextRate { get; init; }
}
