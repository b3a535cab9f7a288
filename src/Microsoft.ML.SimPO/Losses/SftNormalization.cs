namespace Microsoft.ML.SimPO;

/// <summary>What the supervised term (<c>sft_weight</c>) is the mean of.</summary>
public enum SftNormalization
{
    /// <summary>Over the pairs of the step of the mean over the tokens of the chosen answer. The default.</summary>
    Pair,

    /// <summary>Over all chosen tokens of the step.</summary>
    StepTokens,

    /// <summary>Over all chosen tokens of a micro-batch, then over micro-batches: what both reference trainers do. It depends on how a step is cut.</summary>
    MicroBatchTokens,
}
