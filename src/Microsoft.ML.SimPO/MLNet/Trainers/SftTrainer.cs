namespace Microsoft.ML.SimPO;

/// <summary>
/// Fine-tunes a Hugging Face causal language model on answers alone: those that were chosen in pairs, single ones, or plain texts. The stage before tuning with
/// preferences where a model does not follow instructions yet.
/// </summary>
/// <remarks>
/// Texts of a step are laid out one after another without padding, and none sees another, whatever <see cref="Options.Packing"/> says.
/// </remarks>
public sealed partial class SftTrainer : PreferenceTrainer<SftTrainer.Options>
{
    internal SftTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
