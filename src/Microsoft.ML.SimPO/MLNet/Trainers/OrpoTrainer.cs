namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with ORPO (Hong, Lee, Thorne 2024, arXiv 2403.07691) on pairs of a chosen and a rejected answer: supervised
/// fine-tuning on the chosen ones and an odds ratio in one stage, for models that were not fine-tuned before.
/// </summary>
public sealed partial class OrpoTrainer : PreferenceTrainer<OrpoTrainer.Options>
{
    internal OrpoTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
