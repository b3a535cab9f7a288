namespace Microsoft.ML.SimPO;

/// <summary>How the fields of a row make a preference pair. <see cref="Auto"/> recognises all of them by their fields.</summary>
public enum PreferenceFormat
{
    /// <summary>Recognised by the fields of the first rows; one Info line says what was chosen.</summary>
    Auto,

    /// <summary>
    /// A prompt and two answers as text, under any of their usual names. Text is taken as it stands, even if it looks like a dialogue.
    /// </summary>
    Plain,

    /// <summary>
    /// Answers as messages (<c>role</c> and <c>content</c>, or ShareGPT's <c>from</c> and <c>value</c>): one message, a list of answers'
    /// messages, or the whole conversation in both columns.
    /// </summary>
    Chat,

    /// <summary>Two texts that start with the same prompt; it ends at the last white space before they part.</summary>
    ImplicitPrompt,

    /// <summary>
    /// Dialogues as Anthropic's HH data writes them: <c>\n\nHuman: ...\n\nAssistant: ...</c>, of which the last Assistant turn is the
    /// answer.
    /// </summary>
    AnthropicDialogue,

    /// <summary>One row a prompt, with a list of answers and a list of their scores (or a list of objects with both).</summary>
    RatedList,

    /// <summary>One row an answer, with its prompt and its score.</summary>
    RatedRows,
}
