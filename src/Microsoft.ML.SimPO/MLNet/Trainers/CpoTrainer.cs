namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with CPO (Xu et al. 2024, arXiv 2401.08417) on pairs of a chosen and a rejected answer: DPO without a reference
/// model, held in place by the cross entropy of the chosen answers.
/// </summary>
public sealed partial class CpoTrainer : PreferenceTrainer<CpoTrainer.Options>
{
    internal CpoTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
