namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with SLiC-HF (Zhao et al. 2023, arXiv 2305.10425) on pairs of a chosen and a rejected answer, as the SimPO paper
/// compares with it.
/// </summary>
public sealed partial class SlicHfTrainer : PreferenceTrainer<SlicHfTrainer.Options>
{
    internal SlicHfTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
