namespace Microsoft.ML.SimPO;

/// <summary>What a control token of the model is in the words of a row: an <c>&lt;|im_end|&gt;</c> that somebody wrote.</summary>
public enum ControlTokenText
{
    /// <summary>The token, as transformers and most trainers have it: an answer that quotes the end of a turn ends there.</summary>
    Tokens,

    /// <summary>Letters, as transformers' <c>sanitize_control_tokens</c> has it: only what the chat template writes itself is a token.</summary>
    Text,

    /// <summary>An error that names the token and the row.</summary>
    Refuse,
}
