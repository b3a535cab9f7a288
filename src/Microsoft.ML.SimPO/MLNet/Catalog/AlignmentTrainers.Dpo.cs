namespace Microsoft.ML.SimPO;

/// <content>DPO and its kin.</content>
public sealed partial class AlignmentTrainers
{
    /// <summary>
    /// Tunes a language model with direct preference optimisation (arXiv 2305.18290) or one of its kin, over a reference model: by default the one that it
    /// begins with.
    /// </summary>
    /// <param name="options">Everything that can be chosen. Copied: later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    public DpoTrainer Dpo(DpoTrainer.Options options) => new(_context, options);
}
