using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Rows of every shape people have, with templates of every family: the texts and ids that are right, or a refusal.</summary>
[Trait("Category", "Parity")]
public sealed class ConversationParityTests
{
    /// <summary>
    /// Texts that TRL cuts by characters, in the midst of a word or with one letter as the answer. They are cut behind the last `Assistant:`, and the blank
    /// stays with the answer.
    /// </summary>
    private static readonly Dictionary<string, string[]> CutAtTurns = new()
    {
        ["plain-implicit-same-letters"] = ["\n\nHuman: Thanks!\n\nAssistant:", " That is kind.", " Thank yourself."],
        ["plain-implicit-identical"] = ["Human: a\n\nAssistant:", " b", " b"],
        ["plain-implicit-no-prefix-blank"] = ["", "Up. ", "Down."], // nothing is shared, and Python counts from the end
    };

    private static readonly ConcurrentDictionary<string, ConversationGolden> Loaded = new();

    public static TheoryData<string, string> Templates
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string root in GoldenCases.Roots.Where(root => File.Exists(Path.Combine(root, "conversations", "rows.jsonl"))))
                foreach (string template in Golden(root).Expected.Select(rows => rows.Key).Order(StringComparer.Ordinal)) data.Add(root, template);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_row_has_the_text_and_the_ids_that_are_right_or_is_refused(string root, string template)
    {
        ConversationGolden golden = Golden(root);
        (HfTokenizer tokenizer, PreferenceEncoder encoder) = golden.Load(template);
        List<string> differences = [];
        int rows = 0;
        foreach (JsonElement expected in golden.Expected[template])
        {
            string id = expected.GetProperty("row").GetString()!;
            string? difference = Compare(expected, golden.Better(template, id), golden.Rows[id], tokenizer, encoder);
            if (difference is not null) differences.Add($"{id}: {difference}");
            rows++;
        }
        Assert.True(differences.Count == 0, FormattableString.Invariant($"{differences.Count} of {rows} rows differ:\n{string.Join("\n", differences)}"));
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Marks_in_words_are_letters_with_the_ids_of_transformers_where_they_are_to_be_text(string root, string template)
    {
        ConversationGolden golden = Golden(root);
        (HfTokenizer tokenizer, PreferenceEncoder encoder) = golden.Load(template, ControlTokenText.Text);
        List<string> differences = [];
        foreach (JsonElement expected in golden.Sanitized[template].Where(row => row.TryGetProperty("ids", out _)))
        {
            string id = expected.GetProperty("row").GetString()!;
            if (golden.Better(template, id) is not null) continue; // where TRL is wrong, its ids are too
            string[] read = ConversationGolden.Read(golden.Rows[id], encoder);
            PairTexts texts = encoder.Texts(read[0], read[1], read[2]);
            EncodedPrompt pair = encoder.Encode(read, 1)!;
            JsonElement ids = expected.GetProperty("ids");
            string? difference = DifferInIds(ids, "chosen", pair.Chosen.Ids, texts.NeedsEos, tokenizer)
                ?? DifferInIds(ids, "rejected", pair.Rejected.Ids, texts.NeedsEos, tokenizer);
            if (difference is not null) differences.Add($"{id}: {difference}");
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    private static string? Compare(JsonElement expected, JsonElement? better, JsonElement row, HfTokenizer tokenizer, PreferenceEncoder encoder)
    {
        bool refuses = better is { } other ? other.TryGetProperty("refuse", out _) : expected.TryGetProperty("error", out _);
        string why = refuses ? (better?.GetProperty("refuse") ?? expected.GetProperty("error")).ToString() : "";
        try
        {
            string[] read = ConversationGolden.Read(row, encoder);
            PairTexts texts = encoder.Texts(read[0], read[1], read[2]);
            EncodedPrompt pair = encoder.Encode(read, 1)!;
            if (refuses) return IsCounted(row, pair) ? null : $"should be refused ({why}), but is {JsonSerializer.Serialize(texts)}";
            string end = texts.NeedsEos ? tokenizer.TokenText(pair.Chosen.Ids[^1])! : "";
            JsonElement right = (better is { } found && found.TryGetProperty("text", out _) ? found : expected).GetProperty("text");
            string id = expected.GetProperty("row").GetString()!;
            if (CutAtTurns.TryGetValue(id, out string[]? cut))
                return cut.AsSpan().SequenceEqual([texts.Prompt, texts.Chosen, texts.Rejected]) ? null : $"is {JsonSerializer.Serialize(texts)}";
            string? difference = Differ("prompt", right, texts.Prompt, "")
                ?? Differ("chosen", right, texts.Chosen, end) ?? Differ("rejected", right, texts.Rejected, end);
            if (difference is not null || better is not null) return difference;
            JsonElement ids = expected.GetProperty("ids");
            return DifferInIds(ids, "chosen", pair.Chosen.Ids, texts.NeedsEos, tokenizer)
                ?? DifferInIds(ids, "rejected", pair.Rejected.Ids, texts.NeedsEos, tokenizer);
        }
        catch (InvalidDataException e)
        {
            return refuses || IsBlank(row) ? null : $"is refused: {e.Message}";
        }
    }

    /// <summary>Answers that are one in the data themselves are kept and counted: that is told, and no fault.</summary>
    private static bool IsCounted(JsonElement row, EncodedPrompt pair) =>
        pair.Chosen.Ids.SequenceEqual(pair.Rejected.Ids) && row.GetProperty("chosen").GetRawText() == row.GetProperty("rejected").GetRawText();

    /// <summary>An answer or a prompt of no visible character is refused by name, whatever a template would make of it.</summary>
    private static bool IsBlank(JsonElement row) =>
        new[] { "prompt", "chosen", "rejected" }.Any(name => row.TryGetProperty(name, out JsonElement value) && string.IsNullOrWhiteSpace(LastWords(value)));

    private static string? LastWords(JsonElement side)
    {
        if (side.ValueKind == JsonValueKind.String) return side.GetString();
        JsonElement last = side[side.GetArrayLength() - 1];
        if (last.TryGetProperty("tool_calls", out _)) return "a call";
        return last.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String ? content.GetString() : null;
    }

    /// <summary>What a template writes behind the end of a turn, white space and the end of the text, is not the model's to write.</summary>
    private static string? Differ(string part, JsonElement right, string actual, string end)
    {
        string text = right.GetProperty(part).GetString()!;
        if (part == "prompt") return text == actual ? null : $"prompt is {JsonSerializer.Serialize(actual)}, not {JsonSerializer.Serialize(text)}";
        string written = actual.TrimEnd();
        bool isWhole = text.TrimEnd() == written || text == (actual.EndsWith(end, StringComparison.Ordinal) ? actual : actual + end);
        bool endsText = text.StartsWith(written, StringComparison.Ordinal) && text[written.Length..].Trim() == "<|endoftext|>";
        return isWhole || endsText ? null : $"{part} is {JsonSerializer.Serialize(actual)}, not {JsonSerializer.Serialize(text)}";
    }

    /// <param name="ended">Whether the answer got an EOS that its template does not write: TRL's has none there.</param>
    private static string? DifferInIds(JsonElement right, string side, TokenIds actual, bool ended, HfTokenizer tokenizer)
    {
        int[] expected = [.. right.GetProperty("prompt").EnumerateArray().Concat(right.GetProperty(side).EnumerateArray()).Select(id => id.GetInt32())];
        // TRL puts a BOS before one that the text has.
        if (expected.Length > 1 && expected[0] == expected[1] && tokenizer.IsSpecial(expected[0])) expected = expected[1..];
        TokenIds written = ended && expected.Length < actual.Length ? actual[..^1] : actual;
        bool same = expected.AsSpan().StartsWith(written.Span)
            && tokenizer.Decode(expected.AsSpan(written.Length), skipSpecialTokens: false).Trim() is "" or "<|endoftext|>";
        return same ? null : $"{side} ids are {string.Join(' ', actual)}, not {string.Join(' ', expected)}";
    }

    private static ConversationGolden Golden(string root) => Loaded.GetOrAdd(root, static r => new ConversationGolden(r));
}
