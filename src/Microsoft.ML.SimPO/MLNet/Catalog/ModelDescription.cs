using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>What a model is and needs; prints as a table.</summary>
/// <param name="Family"><c>model_type</c> of its configuration, as <c>llama</c>.</param>
/// <param name="Parameters">Its weights, those that a tied head shares counted once.</param>
/// <param name="Layers">How many layers it has.</param>
/// <param name="HiddenSize">The width of the residual stream.</param>
/// <param name="VocabularySize">How many tokens it knows.</param>
/// <param name="ContextLength">The most positions that its configuration allows for.</param>
/// <param name="StoredType">
/// The type of the weights according to its configuration, as <c>bfloat16</c>; in memory they are float32 (on CUDA rounded to bfloat16 beside).
/// </param>
/// <param name="BytesToScore">An estimate of the memory that scoring takes, in bytes: the weights and one micro-batch on its way through the layers.</param>
/// <param name="BytesToTrain">
/// An estimate of the memory that tuning takes, in bytes: the weights; of those that are tuned (an adapter's alone where the model has one) gradients, both
/// moments of AdamW and, where a fit keeps the best model in memory, a copy; and what one micro-batch of
/// <see cref="SimPOTrainer.Options.TokensPerMicroBatch"/> tokens keeps for its backward pass. All in float32 on the CPU; on CUDA layers compute in bfloat16,
/// and their weights are there in it, too.
/// </param>
public sealed record ModelDescription(
    string Family, long Parameters, int Layers, int HiddenSize, int VocabularySize, int ContextLength, string StoredType, long BytesToScore, long BytesToTrain)
{
    /// <summary>Eight lines of text, the same in every culture.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        family             {Family}
        parameters         {Parameters:N0}
        layers             {Layers} of width {HiddenSize}
        vocabulary         {VocabularySize:N0}
        context            {ContextLength:N0} tokens
        weights            {StoredType}, float32 in memory
        memory to score    {BytesToScore / 1e9:F2} GB
        memory to train    {BytesToTrain / 1e9:F2} GB
        """);
}
