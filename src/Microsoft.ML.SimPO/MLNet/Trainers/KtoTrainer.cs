namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with KTO (Ethayarajh et al. 2024, arXiv 2402.01306): answers are desirable or not, each by itself. The answers
/// of a pair are one of each.
/// </summary>
public sealed partial class KtoTrainer : PreferenceTrainer<KtoTrainer.Options>
{
    internal KtoTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
