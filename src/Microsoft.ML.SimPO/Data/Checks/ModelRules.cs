using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>The rules that ask how a model reads the rows.</summary>
internal static class ModelRules
{
    /// <param name="model">Null where none was named: then only marks are looked for that no model has in its words.</param>
    /// <param name="maxLength">Tokens of prompt and answer together.</param>
    public static IEnumerable<IDataRule> All(CheckedModel? model, int maxLength)
    {
        ControlTokens? control = model?.Encoder.Control;
        yield return new RowRule("foreign-markers", FindingSeverity.Error,
            control is null
                ? "Words hold the marks of a chat format"
                : "Words hold another format's marks, which this tokenizer does not know and the model learns as letters,",
            "Take the marks out, and give the turns as messages: the chat template writes the model's own.",
            row => Excerpt.Quoted(Foreign(row, control))) { LeastShare = 0.03, LeastRows = 2, TellsFewer = true };
        yield return new RowRule("header-in-answer", FindingSeverity.Error,
            "An answer begins with the header of an answer, which would be scored as part of it,",
            "Move the header to the end of the prompt, or give prompt and answers as messages.",
            row => row.Pair is null ? null : Excerpt.Quoted(TextSigns.Header(row.Chosen) ?? TextSigns.Header(row.Rejected)))
            { LeastShare = 0.02, TellsFewer = true };
        yield return new RowRule("end-token-missing", FindingSeverity.Error,
            "One answer has the end of its turn and the other has none, so that the model is taught not to stop,",
            "End both answers, or neither: what ends a turn is put there where it is missing.",
            OneEnd) { LeastShare = 0.02, TellsFewer = true };
        if (model is null) yield break;
        yield return new RowRule("double-bos", FindingSeverity.Error,
            $"The prompt begins with `{model.Bos}`, and the tokenizer adds another: a trainer that tokenizes it with special tokens has two in every sequence,",
            $"Take `{model.Bos}` out of the prompts. This library writes it once.",
            row => model.AddsBos(row) ? Excerpt.Quoted(row.Pair!.Prompt) : null);
        yield return new RowRule("blank-at-border", FindingSeverity.Warning,
            "The prompt ends with a blank that is one token with the answer's first word: as plain text its tokens are not the beginning of the whole's, "
                + "and the answer's first token is another than the model writes behind the prompt,",
            "Move the blank to the beginning of the answers.",
            row => model.MergesBlank(row) ? $"`{Excerpt.Visible(End(row.Pair!.Prompt))}`" : null) { LeastShare = 0.01 };
        yield return new RowRule("control-tokens", FindingSeverity.Warning, "Words hold control tokens of this model, which become tokens there,",
            $"Set `ControlTokens` to `{ControlTokenText.Text}` to have them as letters, or to `{ControlTokenText.Refuse}`; or take them out.",
            row => Excerpt.Quoted(Own(row, model)));
        yield return new RowRule("not-encodable", FindingSeverity.Error, "The model cannot take a row",
            "Mend or remove the rows, or use a model whose chat template has what they need.", row => row.Refusal?.TrimEnd('.'));
        yield return new RowRule("sequence-fault", FindingSeverity.Error, "A sequence does not begin and end as it should",
            "Look at the rows with `Preview`.", row => row.Encoded?.Fault);
        yield return new RowRule("rendered-otherwise", FindingSeverity.Info,
            "The chat template writes the whole conversation without what the prompt ends with when the model is served; the answers are trained on "
                + "behind that prompt,",
            "Nothing to do where the model is served with that prompt.", row => row.Encoded?.Texts.LeftOut);
        yield return new CutRule(maxLength);
    }

    /// <summary>A mark that the tokenizer has no token for; where no model is named, one that stands in the words of messages.</summary>
    private static string? Foreign(CheckedRow row, ControlTokens? control)
    {
        if (row.Turns is null || (control is null && !row.HasMessages)) return null;
        Func<string, bool> isForeign = control is null ? _ => true : marker => !control.Knows(marker);
        foreach (Message turn in row.Turns.AllMessages)
            if ((TextSigns.Marker(turn.Content, isForeign) ?? (row.HasMessages ? TextSigns.Heading(turn.Content) : null)) is { } marker) return marker;
        return null;
    }

    private static string? OneEnd(CheckedRow row)
    {
        if (row.Pair is null) return null;
        string? chosen = TextSigns.End(row.Chosen), rejected = TextSigns.End(row.Rejected);
        return (chosen is null) == (rejected is null) ? null : $"only the {(chosen is null ? "rejected" : "chosen")} answer ends with `{chosen ?? rejected}`";
    }

    /// <summary>Texts that a template wrote, and texts for none, have their tokens by right.</summary>
    private static string? Own(CheckedRow row, CheckedModel model) =>
        row.Turns is null || row.Encoded is not { Texts.Handling: PromptHandling.Templated }
            ? null
            : model.Encoder.Control.Find(row.Turns.AllMessages);

    private static string End(string text) => text.Length <= Excerpt.Length ? text : "..." + text[^Excerpt.Length..];
}
