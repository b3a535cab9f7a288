using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A row as a model gets it. What is not known of a row that is dropped is empty.</summary>
public sealed record PreviewedRow
{
    internal PreviewedRow(long row, string place) => (Row, Place) = (row, place);

    /// <summary>The row's number, from 0.</summary>
    public long Row { get; }

    /// <summary>File and line, or row.</summary>
    public string Place { get; }

    /// <summary>Why nothing is trained on it; null for a row that is.</summary>
    public string? Dropped { get; internal init; }

    /// <summary>The text of the prompt's tokens, those that are special too.</summary>
    public string Prompt { get; internal init; } = "";

    /// <summary>The text of the chosen answer's tokens, likewise: what is scored.</summary>
    public string Chosen { get; internal init; } = "";

    /// <summary>The text of the rejected answer's tokens, likewise.</summary>
    public string Rejected { get; internal init; } = "";

    /// <summary>The prompt's ids, before the chosen answer; before the other one they differ in the last at most, where that merges with the answer.</summary>
    public IReadOnlyList<int> PromptIds { get; internal init; } = [];

    /// <summary>The chosen answer's ids.</summary>
    public IReadOnlyList<int> ChosenIds { get; internal init; } = [];

    /// <summary>The rejected answer's ids.</summary>
    public IReadOnlyList<int> RejectedIds { get; internal init; } = [];

    /// <summary>How many tokens at the beginning of the prompt were cut.</summary>
    public int CutPromptTokens { get; internal init; }

    /// <summary>How many tokens at the ends of both answers were cut.</summary>
    public int CutAnswerTokens { get; internal init; }

    /// <summary>What somebody has to know who looks at it; null for nothing.</summary>
    public string? Remark { get; internal init; }

    /// <summary>The row on some lines; line breaks in texts are <c>\n</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"row {Row} ({Place}): {Summary}");
        if (Dropped is not null && PromptIds.Count == 0) return text.ToString();
        text.AppendLine(CultureInfo.InvariantCulture, $"  prompt    {Excerpt.Visible(Prompt)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  chosen    {Excerpt.Visible(Chosen)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  rejected  {Excerpt.Visible(Rejected)}");
        string ids = string.Join(" | ", new[] { PromptIds, ChosenIds, RejectedIds }.Select(part => string.Join(' ', part)));
        text.AppendLine(CultureInfo.InvariantCulture, $"  ids       {ids}");
        if (Remark is not null) text.AppendLine(CultureInfo.InvariantCulture, $"  remark    {Remark}");
        return text.ToString();
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("row", Row);
        writer.WriteString("place", Place);
        writer.WriteString("dropped", Dropped);
        writer.WriteString("prompt", Prompt);
        writer.WriteString("chosen", Chosen);
        writer.WriteString("rejected", Rejected);
        foreach ((string name, IReadOnlyList<int> ids) in new[] { ("prompt_ids", PromptIds), ("chosen_ids", ChosenIds), ("rejected_ids", RejectedIds) })
        {
            writer.WriteStartArray(name);
            foreach (int id in ids) writer.WriteNumberValue(id);
            writer.WriteEndArray();
        }
        writer.WriteNumber("cut_prompt_tokens", CutPromptTokens);
        writer.WriteNumber("cut_answer_tokens", CutAnswerTokens);
        writer.WriteString("remark", Remark);
        writer.WriteEndObject();
    }

    internal string Summary
    {
        get
        {
            if (Dropped is not null) return $"dropped: {Dropped}";
            string prompt = CutPromptTokens > 0 ? FormattableString.Invariant($", {CutPromptTokens} cut from the prompt's beginning") : "";
            string answers = CutAnswerTokens > 0 ? FormattableString.Invariant($", {CutAnswerTokens} cut from the answers' ends") : "";
            return FormattableString.Invariant($"{PromptIds.Count} tokens of prompt, {ChosenIds.Count} chosen, {RejectedIds.Count} rejected{prompt}{answers}");
        }
    }
}
