namespace Microsoft.ML.SimPO;

/// <content>Methods that need no reference model.</content>
public sealed partial class AlignmentTrainers
{
    /// <summary>Tunes a language model with CPO (arXiv 2401.08417), with the hinge of SLiC (arXiv 2305.10425) or IPO's square in its place.</summary>
    /// <param name="options">Everything that can be chosen. Copied: later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    public CpoTrainer Cpo(CpoTrainer.Options options) => new(_context, options);

    /// <summary>Tunes a language model with ORPO (arXiv 2403.07691).</summary>
    /// <inheritdoc cref="Cpo" path="/param|/exception"/>
    public OrpoTrainer Orpo(OrpoTrainer.Options options) => new(_context, options);

    /// <summary>Tunes a language model with SLiC-HF (arXiv 2305.10425) as the SimPO paper compares with it.</summary>
    /// <inheritdoc cref="Cpo" path="/param|/exception"/>
    public SlicHfTrainer SlicHf(SlicHfTrainer.Options options) => new(_context, options);

    /// <summary>Tunes a language model with RRHF (arXiv 2304.05302) as the SimPO paper compares with it.</summary>
    /// <inheritdoc cref="Cpo" path="/param|/exception"/>
    public RrhfTrainer Rrhf(RrhfTrainer.Options options) => new(_context, options);

    /// <summary>Fine-tunes a language model on answers or texts alone.</summary>
    /// <inheritdoc cref="Cpo" path="/param|/exception"/>
    public SftTrainer Sft(SftTrainer.Options options) => new(_context, options);
}
