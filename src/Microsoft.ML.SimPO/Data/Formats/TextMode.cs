namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>What a text in an answer's column is.</summary>
internal enum TextMode
{
    /// <summary>The answer itself.</summary>
    Answer,

    /// <summary>The prompt and the answer, run together.</summary>
    PromptAndAnswer,

    /// <summary>A dialogue with <c>Human:</c> and <c>Assistant:</c>, or an answer to one.</summary>
    Dialogue,

    /// <summary>JSON messages.</summary>
    Json,

    /// <summary>JSON messages in some rows, the text itself in others: what the `Prompt` column of this library's data views holds.</summary>
    JsonOrText,
}
