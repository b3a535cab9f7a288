namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Whose way of making ids out of a row is followed. Where it is not ours, faults are followed too.</summary>
internal enum RowPreparation
{
    /// <summary>The sound one: what is scored is what the model writes.</summary>
    Own,

    /// <summary>That of the SimPO authors' scripts: prompt and answers are rendered each alone, and the answer's header is scored.</summary>
    SimPOReference,

    /// <summary>
    /// That of TRL 0.24's <c>CPOTrainer</c>: the answer is what the whole chat has behind the prompt, with an EOS where it does not end in one.
    /// </summary>
    Trl024,

    /// <summary>That of TRL 0.24's <c>DPOTrainer</c>: an EOS behind every answer, no BOS but a written one, and a sequence keeps its last tokens.</summary>
    Trl024Dpo,

    /// <summary>
    /// That of TRL 1.16's <c>DPOTrainer</c> and <c>KTOTrainer</c>: the answer begins where prompt and whole text differ, EOS is there once, and each sequence
    /// keeps its first tokens.
    /// </summary>
    Trl116,

    /// <summary>
    /// That of TRL 1.16's <c>CPOTrainer</c> and <c>ORPOTrainer</c>: as <see cref="Trl024"/>, and each sequence keeps its first tokens.
    /// </summary>
    Trl116Cpo,
}
