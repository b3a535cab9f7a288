namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Which part of a too long prompt the references keep.</summary>
internal enum PromptCut
{
    /// <summary>The last tokens, without the BOS. The references' default.</summary>
    KeepEnd,

    /// <summary>The first tokens.</summary>
    KeepStart,
}
