using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>How much memory work with a model takes on a kind of device: estimates, in bytes, counted tensor by tensor as the work makes them.</summary>
public sealed class ModelMemory
{
    internal ModelMemory(long bytesToScore, long bytesToTrain, long bytesToTrainAdapter) =>
        (BytesToScore, BytesToTrain, BytesToTrainAdapter) = (bytesToScore, bytesToTrain, bytesToTrainAdapter);

    /// <summary>What scoring takes: the weights, and one micro-batch on its way through the layers.</summary>
    public long BytesToScore { get; }

    /// <summary>
    /// What full tuning takes: the weights; for each a gradient, both moments of AdamW and, where a fit keeps the best model in memory, a copy; and what one
    /// micro-batch of <see cref="ScoringOptions.TokensPerMicroBatch"/> tokens keeps for its backward pass.
    /// </summary>
    public long BytesToTrain { get; }

    /// <summary>What tuning a LoRA adapter takes: as full tuning, with gradients, moments and copy of the adapter's weights alone.</summary>
    public long BytesToTrainAdapter { get; }

    /// <summary>The three in gigabytes, the same in every culture.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{BytesToScore / 1e9:F2} GB to score, {BytesToTrain / 1e9:F2} GB to train, {BytesToTrainAdapter / 1e9:F2} GB to train an adapter");
}
