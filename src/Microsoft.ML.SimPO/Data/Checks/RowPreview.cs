using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Shows rows as a model gets them.</summary>
internal static class RowPreview
{
    /// <summary>The first rows.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, or do not say how they make pairs.</exception>
    public static PreferencePreview Of(CheckedRowReader reader, CheckedModel model, int count)
    {
        PreviewedRow[] rows = [.. reader.Read().Take(count).Select(row => Of(row, model))];
        return reader.Unknown is { } unknown ? throw new InvalidDataException(unknown.Message) : new PreferencePreview(rows);
    }

    private static PreviewedRow Of(CheckedRow row, CheckedModel model)
    {
        model.Read(row);
        var previewed = new PreviewedRow(row.Index, row.Location.ToString()) { Dropped = row.Fault?.Message ?? row.Refusal };
        if (row.Encoded is not { } detail) return previewed;
        string? tooLong = detail.Pair is null ? FormattableString.Invariant($"an answer alone is longer than `MaxLength` {model.MaxLength} allows.") : null;
        // A row that is dropped is shown as it would be if there were room.
        TokenIds chosen = detail.Pair?.Chosen.Ids ?? detail.Chosen.Ids, rejected = detail.Pair?.Rejected.Ids ?? detail.Rejected.Ids;
        int border = detail.Pair?.Chosen.PromptLength ?? detail.Chosen.PromptLength, other = detail.Pair?.Rejected.PromptLength ?? detail.Rejected.PromptLength;
        // Without a prompt the answers begin where the sequences do, though nothing predicts the first token of one.
        if (detail.Texts.Prompt.Length == 0) border = other = Math.Min(detail.Chosen.Prefix, border);
        return previewed with
        {
            Dropped = tooLong,
            PromptIds = chosen[..border].Span.ToArray(),
            ChosenIds = chosen[border..].Span.ToArray(),
            RejectedIds = rejected[other..].Span.ToArray(),
            Prompt = model.Tokenizer.Decode(chosen[..border].Span, skipSpecialTokens: false),
            Chosen = model.Tokenizer.Decode(chosen[border..].Span, skipSpecialTokens: false),
            Rejected = model.Tokenizer.Decode(rejected[other..].Span, skipSpecialTokens: false),
            CutPromptTokens = detail.Texts.Prompt.Length == 0 ? 0 : detail.Chosen.PromptLength - border,
            CutAnswerTokens = detail.Pair is { } pair
                ? detail.Chosen.AnswerLength + detail.Rejected.AnswerLength - pair.Chosen.Length - pair.Rejected.Length : 0,
            Remark = Remark(detail),
        };
    }

    private static string? Remark(EncodingDetail detail)
    {
        string?[] remarks =
        [
            detail.Fault,
            detail.Texts.Prompt.Length == 0 && detail.Chosen.Prefix == 0 ? "there is no prompt, and nothing predicts the first token of each answer" : null,
            detail.Texts.LeftOut is { } leftOut ? $"the chat template writes the whole conversation without {leftOut}" : null,
            detail.IsMerged ? "a token spans the border of prompt and answer; it is scored with the answer" : null,
            detail.Texts.Handling == PromptHandling.AlreadyTemplated ? "left alone because it holds the chat template's turn tokens" : null,
        ];
        return remarks.OfType<string>().ToArray() is { Length: > 0 } said ? string.Join("; ", said) : null;
    }
}
