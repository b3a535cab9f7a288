namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290) and its kin on pairs of a chosen
/// and a rejected answer: see <see cref="DpoLossType"/> and the options.
/// </summary>
public sealed partial class DpoTrainer : PreferenceTrainer<DpoTrainer.Options>
{
    internal DpoTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }
}
