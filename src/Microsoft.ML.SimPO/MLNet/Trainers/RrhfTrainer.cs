namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with RRHF (Yuan et al. 2023, arXiv 2304.05302) on pairs of a chosen and a rejected answer, as the SimPO paper
/// compares with it.
/// </summary>
public sealed partial class RrhfTrainer : PreferenceTrainer<RrhfTrainer.Options>
{
    internal RrhfTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
