namespace Microsoft.ML.SimPO;

/// <content>KTO.</content>
public sealed partial class AlignmentTrainers
{
    /// <summary>Tunes a language model with KTO (arXiv 2402.01306), over a reference model: by default the one that it begins with.</summary>
    /// <param name="options">Everything that can be chosen. Copied: later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    public KtoTrainer Kto(KtoTrainer.Options options) => new(_context, options);
}
