namespace Microsoft.ML.SimPO;

/// <summary>
/// Trains a reward model: a model that says of a prompt and an answer how good the answer is, so that of a pair the chosen one gets more. It begins with a
/// language model, whose head is replaced by a new one of a single row, or with a reward model.
/// </summary>
/// <remarks>
/// What it gives scores pairs and responses, as every tuned model, and writes no text. <see cref="AlignmentTransformer.SaveCheckpoint(string,
/// CheckpointPrecision, long)"/> writes a folder that Hugging Face's <c>AutoModelForSequenceClassification</c> reads.
/// </remarks>
public sealed partial class RewardTrainer : PreferenceTrainer<RewardTrainer.Options>
{
    internal RewardTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
