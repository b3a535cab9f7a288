namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A pair as the texts that are tokenized.</summary>
/// <param name="Prompt">Everything before the answers.</param>
/// <param name="Chosen">The preferred answer, with the text of its end token where the template writes one.</param>
/// <param name="Rejected">The other answer, likewise.</param>
/// <param name="Handling">How the prompt became text.</param>
/// <param name="NeedsEos">Whether the answers have no end token yet, so that they get the EOS.</param>
/// <param name="AddsSpecial">Whether the tokens that the tokenizer puts first, such as BOS, belong before the prompt: not where a template wrote it.</param>
internal sealed record PairTexts(string Prompt, string Chosen, string Rejected, PromptHandling Handling, bool NeedsEos, bool AddsSpecial = false)
{
    /// <inheritdoc cref="RenderedAnswers.LeftOut"/>
    public string? LeftOut { get; init; }
}
