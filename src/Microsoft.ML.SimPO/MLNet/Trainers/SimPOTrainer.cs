namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with SimPO (Meng, Xia, Chen 2024, arXiv 2405.14734) on pairs of a chosen and a rejected answer.
/// </summary>
public sealed partial class SimPOTrainer : PreferenceTrainer<SimPOTrainer.Options>
{
    internal SimPOTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
