using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encodes as TRL 1.16's <c>DPOTrainer</c>, <c>KTOTrainer</c> and <c>RewardTrainer</c> do: EOS behind a plain answer that does not end in it, prompt and whole
/// text tokenized each by itself with what the tokenizer adds, the answer from where both differ, and truncation that keeps the start.
/// </summary>
/// <param name="eos">The text of EOS.</param>
internal sealed class Trl116Encoder(HfTokenizer tokenizer, ChatTemplate? template, string eos, PreferenceEncoderOptions options) : IRowEncoder
{
    public EncodedPrompt? Encode(string prompt, string chosen, string? rejected, EncodingCounters counters)
    {
        (PairTexts texts, EncodedPrompt whole, int alone) = Whole(prompt, chosen, rejected);
        EncodedPrompt? fitted = KeepStart.Fit(whole, options.MaxLength);
        bool leavesOut = fitted is null ? options.LongAnswers == LongAnswers.Drop : fitted.HasCutAnswer && options.LeavesOutCut;
        if (leavesOut)
        {
            counters.Dropped(isEmpty: false);
            return null;
        }
        fitted ??= KeepStart.Shortened(whole, options.MaxLength);
        counters.Encoded(texts.Handling, merged: whole.Answers.Any(a => a.PromptLength < alone), fitted);
        return fitted;
    }

    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        (PairTexts texts, EncodedPrompt whole, int alone) = Whole(prompt, chosen, rejected);
        return new EncodingDetail(texts, Uncut(whole.Chosen), Uncut(whole.Rejected), KeepStart.Fit(whole, options.MaxLength));

        EncodedSide Uncut(EncodedAnswer answer) => new(answer.Ids.Span.ToArray(), answer.PromptLength, 0, answer.PromptLength < alone);
    }

    /// <summary>The row uncut with its texts, and how many tokens its prompt has by itself.</summary>
    private (PairTexts Texts, EncodedPrompt Whole, int Alone) Whole(string prompt, string chosen, string? rejected)
    {
        (string alone, string[] wholes, bool addsSpecial) = TextsOf(prompt, rejected is null ? [chosen] : [chosen, rejected]);
        int[] promptIds = tokenizer.Encode(alone, addsSpecial);
        int[][] ids = Array.ConvertAll(wholes, whole => tokenizer.Encode(whole, addsSpecial));
        // The first token has nothing before it, and one is scored.
        int border = Math.Clamp(ids.Min(whole => promptIds.AsSpan().CommonPrefixLength(whole)), 1, Math.Max(1, ids.Min(whole => whole.Length) - 1));
        EncodedAnswer[] answers = [.. ids.Select((whole, i) => new EncodedAnswer(whole, border) { Rating = i == 0 ? 1 : 0 })];
        int shared = wholes.Min(whole => alone.AsSpan().CommonPrefixLength(whole));
        var texts = new PairTexts(
            alone[..shared], wholes[0][shared..], wholes[^1][shared..], template is null ? PromptHandling.Plain : PromptHandling.Templated, NeedsEos: false,
            addsSpecial);
        return (texts, new EncodedPrompt(answers), promptIds.Length);
    }

    /// <summary>The prompt with the header of an answer, whatever it ends with, and each whole text; EOS ends plain texts alone.</summary>
    private (string Prompt, string[] Wholes, bool AddsSpecial) TextsOf(string prompt, string[] answers)
    {
        if (template is null) return (prompt, Array.ConvertAll(answers, answer => prompt + Ended(answer)), true);
        PromptedAnswers row = PromptedAnswers.ParseGiven(prompt, [.. answers.Select((answer, i) => (i == 0 ? "chosen" : "rejected", answer))]);
        Conversation given = row.Prompt with { Documents = null };
        if (given.Messages.Count == 0) throw new InvalidDataException("chosen and rejected have no turn in common that could be the prompt.");
        string[] wholes = [.. row.Answers.Select(answer => template.Render(given.With([.. given.Messages, .. answer]), addGenerationPrompt: false))];
        return (template.Render(given, addGenerationPrompt: true), wholes, false);
    }

    private string Ended(string answer) => answer.EndsWith(eos, StringComparison.Ordinal) ? answer : answer + eos;
}
