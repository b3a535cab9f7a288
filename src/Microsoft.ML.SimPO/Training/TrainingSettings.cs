namespace Microsoft.ML.SimPO.Training;

/// <summary>What the loop needs beside its data and loss.</summary>
internal sealed record TrainingSettings
{
    public required double Beta { get; init; }

    public required double LearningRate { get; init; }

    public LearningRateScheduler Scheduler { get; init; }

    public double WarmupRatio { get; init; }

    public double MaxGradNorm { get; init; } = 1;

    public AdamWSettings AdamW { get; init; } = new();

    public StepWeighting Weighting { get; init; } = StepWeighting.EachPair;

    /// <summary>Compute activations again in the backward pass instead of keeping them.</summary>
    public bool Recompute { get; init; }

    /// <summary>Bytes that logits may take at a time.</summary>
    public long LogitsBudget { get; init; } = ResponseHead.DefaultBudget;

    /// <summary>Whether look-ups of the padding token's row give it a gradient; Hugging Face says no.</summary>
    public bool LookUpPadding { get; init; } = true;
}
