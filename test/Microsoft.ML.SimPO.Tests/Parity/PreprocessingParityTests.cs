using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The texts and ids that the SimPO reference and TRL 0.24 make of preference pairs, and those of the default mode.</summary>
[Trait("Category", "Parity")]
public sealed class PreprocessingParityTests
{
    /// <summary>Templates that the references put in the place of a tokenizer's own.</summary>
    private static readonly Dictionary<string, string> OtherTemplates = new()
    {
        ["llama2-legacy"] = "simpo-mistral",
        ["llama2-nonlegacy"] = "simpo-mistral",
        ["gemma-like"] = "simpo-gemma2-recipe",
    };

    public static TheoryData<GoldenCase> Texts => GoldenCases.Files("preprocessing", "*.pairs.jsonl.gz");

    public static TheoryData<GoldenCase> Settings => GoldenCases.Files("preprocessing", "*-keep_*.jsonl.gz");

    public static TheoryData<GoldenCase> Defaults => GoldenCases.Folders("encoding", "pairs.jsonl");

    [SkippableTheory]
    [MemberData(nameof(Texts))]
    public void Every_pair_has_the_texts_of_the_reference(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        bool isTrl = golden.Name.StartsWith("trl-", StringComparison.Ordinal);
        string tokenizer = golden.Name[(isTrl ? 4 : 0)..].Split('.')[0];
        ChatTemplate template = Template(golden, tokenizer);
        JsonElement[] pairs = Rows(Path.Combine(Path.GetDirectoryName(golden.Path)!, tokenizer + ".pairs.jsonl.gz")), expected = Rows(golden.Path);
        int compared = 0;
        for (int i = 0; i < pairs.Length; i++)
        {
            if (!pairs[i].TryGetProperty("chosen", out _)) continue;
            Assert.Equal(TextsOf(expected[i]), TextsOf(pairs[i], template, isTrl));
            compared++;
        }
        Assert.InRange(compared, 1, int.MaxValue);
    }

    [SkippableTheory]
    [MemberData(nameof(Settings))]
    public void Every_row_has_the_ids_of_the_reference(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        string[] parts = golden.Name.Split('.')[0].Split('-');
        string texts = string.Join('-', parts[..^3]);
        string folder = TokenizerFolder(golden, texts.StartsWith("trl-", StringComparison.Ordinal) ? texts[4..] : texts);
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        SpecialTokens tokens = SpecialTokens.Load(folder);
        int maxLength = int.Parse(parts[^3], CultureInfo.InvariantCulture), maxPromptLength = int.Parse(parts[^2], CultureInfo.InvariantCulture);
        var encoder = new ReferenceTokenization(
            tokenizer, tokens.Bos is { } bos ? tokenizer.TokenId(bos) : null, tokenizer.TokenId(tokens.Eos!)!.Value, maxLength, maxPromptLength,
            parts[^1] == "keep_end" ? PromptCut.KeepEnd : PromptCut.KeepStart);
        Dictionary<int, JsonElement> pairs = Rows(Path.Combine(Path.GetDirectoryName(golden.Path)!, texts + ".pairs.jsonl.gz")).ToDictionary(p => p.GetProperty("index").GetInt32());
        JsonElement[] rows = Rows(golden.Path);
        bool lacksBos = tokens.Bos is null && !texts.StartsWith("trl-", StringComparison.Ordinal);
        foreach (JsonElement row in rows) CompareRow(row, pairs[row.GetProperty("index").GetInt32()], encoder, maxLength, lacksBos);
        Assert.NotEmpty(rows);
    }

    public static TheoryData<GoldenCase> TrlUncut => GoldenCases.Files("preprocessing", "trl-*-2048-1800-keep_end.jsonl.gz");

    /// <summary>TRL keeps what templates write behind the end of a turn and puts EOS after that; up to the first end token both agree.</summary>
    [SkippableTheory]
    [MemberData(nameof(TrlUncut))]
    public void The_default_is_that_of_TRL_up_to_the_end_of_the_turn(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        string name = golden.Name[4..].Replace("-2048-1800-keep_end.jsonl.gz", "", StringComparison.Ordinal), folder = TokenizerFolder(golden, name);
        var encoder = new PreferenceEncoder(
            HfTokenizer.Load(folder), SpecialTokens.Load(folder), Template(golden, name), new PreferenceEncoderOptions { MaxLength = 2048, MaxPromptLength = 1800, EmptyAnswers = EmptyAnswers.Keep });
        Dictionary<int, JsonElement> pairs = Rows(Path.Combine(Path.GetDirectoryName(golden.Path)!, name + ".pairs.jsonl.gz")).ToDictionary(p => p.GetProperty("index").GetInt32());
        int compared = 0;
        SpecialTokens special = SpecialTokens.Load(folder);
        bool writesBos = special.Bos is null || Template(golden, name).Render([new Message("user", "x")], addGenerationPrompt: true).StartsWith(special.Bos, StringComparison.Ordinal);
        int? bos = writesBos ? null : HfTokenizer.Load(folder).TokenId(special.Bos!);
        foreach (JsonElement row in Rows(golden.Path).Where(row => !row.TryGetProperty("error", out _)))
        {
            JsonElement pair = pairs[row.GetProperty("index").GetInt32()];
            string kind = pair.GetProperty("kind").GetString()!;
            bool isCut = new[] { "chosen_input_ids", "rejected_input_ids" }.Any(side => row.GetProperty(side).GetArrayLength() >= 1800);
            // Where both answers are the same TRL takes them for the prompt; end tokens in the text end its answers early.
            if (isCut || kind is "both empty" or "same answer" or "very long answers" || kind.Contains("token", StringComparison.Ordinal)) continue;
            bool hasPrompt = pair.TryGetProperty("prompt", out JsonElement given) && given.ValueKind == JsonValueKind.Array;
            List<Message> chosen = Messages(pair.GetProperty("chosen")), rejected = Messages(pair.GetProperty("rejected"));
            var (prompt, first, second) = hasPrompt ? (Messages(given), chosen, rejected) : ReferenceTexts.TrlSplit(chosen, rejected);
            EncodedPair actual = encoder.Encode(Json(prompt), Json(first), Json(second), compared)!;
            Assert.Equal(UpToEnd(row, "chosen", encoder.EndTokens, bos), (kind, actual.ChosenIds, actual.ChosenPromptLength), SameSide);
            Assert.Equal(UpToEnd(row, "rejected", encoder.EndTokens, bos), (kind, actual.RejectedIds, actual.RejectedPromptLength), SameSide);
            compared++;
        }
        Assert.InRange(compared, 20, 42);
    }

    /// <param name="bos">The BOS that TRL 0.24 puts before a prompt whose template writes none, where a model gets none when it is served; null where the template writes it.</param>
    private static (string, TokenIds Ids, int PromptLength) UpToEnd(JsonElement row, string side, IReadOnlyList<int> ends, int? bos)
    {
        int[] ids = Ids(row, side + "_input_ids");
        int prompt = Unscored(row, side + "_labels");
        if (bos is not null && ids[0] == bos) (ids, prompt) = (ids[1..], prompt - 1);
        return ("", ids[..(Array.FindIndex(ids, prompt, ends.Contains) + 1)], prompt);
    }

    private static bool SameSide((string Kind, TokenIds Ids, int PromptLength) a, (string Kind, TokenIds Ids, int PromptLength) b) => a.Ids.SequenceEqual(b.Ids) && a.PromptLength == b.PromptLength;

    private static string Json(IReadOnlyList<Message> messages) => JsonSerializer.Serialize(messages.Select(m => new { role = m.Role, content = m.Content }));

    [SkippableTheory]
    [MemberData(nameof(Defaults))]
    public void Every_pair_has_the_ids_that_the_model_was_measured_with(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        PreferenceEncoder encoder = PreferenceEncoder.Load(golden.Path);
        long row = 0;
        foreach (string line in File.ReadLines(golden.File("pairs.jsonl")))
        {
            JsonElement expected = JsonDocument.Parse(line).RootElement;
            int[] prompt = Ids(expected, "prompt_ids");
            EncodedPair pair = encoder.Encode(expected.GetProperty("prompt").GetString()!, expected.GetProperty("chosen").GetString()!, expected.GetProperty("rejected").GetString()!, ++row)!;
            Assert.Equal([.. prompt, .. Ids(expected, "chosen_ids")], pair.ChosenIds);
            Assert.Equal([.. prompt, .. Ids(expected, "rejected_ids")], pair.RejectedIds);
            Assert.Equal((prompt.Length, prompt.Length, prompt.Length), (pair.ChosenPromptLength, pair.RejectedPromptLength, pair.SharedPrefixLength));
            Assert.Equal(prompt, encoder.EncodePrompt(expected.GetProperty("prompt").GetString()!));
        }
        Assert.Equal(row, encoder.Statistics.Templated);
    }

    private static void CompareRow(JsonElement row, JsonElement texts, ReferenceTokenization encoder, int maxLength, bool lacksBos)
    {
        string Text(string name) => texts.GetProperty("text_" + name).GetString()!;
        if (row.TryGetProperty("error", out JsonElement error))
        {
            Exception refused = Assert.Throws<InvalidDataException>(() => encoder.Encode(Text("prompt"), Text("chosen"), Text("rejected")));
            Assert.Equal(error.GetString(), "ValueError: " + refused.Message);
            return;
        }
        ReferenceRow actual = encoder.Encode(Text("prompt"), Text("chosen"), Text("rejected"));
        // A null at the head is the BOS that the tokenizer lacks. It took a place in the prompt, so a row that was cut with it cannot be compared.
        bool hasNull = row.GetProperty("chosen_input_ids").EnumerateArray().Any(id => id.ValueKind == JsonValueKind.Null);
        bool isFull = Math.Max(actual.Pair.ChosenIds.Length, actual.Pair.RejectedIds.Length) >= maxLength;
        if (lacksBos && (isFull || actual.CutsPrompt || actual.CutsAnswer)) return;
        Assert.Equal(Ids(row, "prompt_input_ids"), actual.PromptIds);
        Assert.Equal(Ids(row, "chosen_input_ids"), actual.Pair.ChosenIds);
        Assert.Equal(Ids(row, "rejected_input_ids"), actual.Pair.RejectedIds);
        int missing = hasNull ? 1 : 0;
        Assert.Equal(Unscored(row, "chosen_labels") - missing, actual.Pair.ChosenPromptLength);
        Assert.Equal(Unscored(row, "rejected_labels") - missing, actual.Pair.RejectedPromptLength);
    }

    private static int Unscored(JsonElement row, string name) => row.GetProperty(name).EnumerateArray().TakeWhile(label => label.ValueKind != JsonValueKind.Null && label.GetInt32() == -100).Count();

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Where(id => id.ValueKind != JsonValueKind.Null).Select(id => id.GetInt32())];

    private static (string?, string?, string?) TextsOf(JsonElement row)
    {
        string? Text(string name) => row.TryGetProperty(name, out JsonElement text) ? text.GetString() : null;
        return (Text("text_prompt"), Text("text_chosen"), Text("text_rejected"));
    }

    private static (string?, string?, string?) TextsOf(JsonElement pair, ChatTemplate template, bool isTrl)
    {
        List<Message> chosen = Messages(pair.GetProperty("chosen")), rejected = Messages(pair.GetProperty("rejected"));
        bool hasPrompt = pair.TryGetProperty("prompt", out JsonElement given) && given.ValueKind == JsonValueKind.Array;
        if (!isTrl)
        {
            PairTexts simpo = hasPrompt
                ? ReferenceTexts.SimPO(template, Messages(given), chosen, rejected)
                : ReferenceTexts.SimPO(template, chosen[..^1], chosen[^1..], rejected[^1..]);
            return (simpo.Prompt, simpo.Chosen, simpo.Rejected);
        }
        var split = hasPrompt ? (Messages(given), chosen, rejected) : ReferenceTexts.TrlSplit(chosen, rejected);
        try
        {
            PairTexts trl = ReferenceTexts.Trl(template, split.Item1, split.Item2, split.Item3);
            return (trl.Prompt, trl.Chosen, trl.Rejected);
        }
        catch (InvalidDataException)
        {
            return (null, null, null);
        }
    }

    private static List<Message> Messages(JsonElement messages) =>
        [.. messages.EnumerateArray().Select(m => new Message(m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];

    private static ChatTemplate Template(GoldenCase golden, string tokenizer)
    {
        string folder = TokenizerFolder(golden, tokenizer);
        if (!OtherTemplates.TryGetValue(tokenizer, out string? name)) return ChatTemplate.Load(folder)!;
        string templates = golden.Sibling("templates", "templates.jsonl");
        Skip.IfNot(File.Exists(templates), $"needs {templates}");
        string source = File.ReadAllText(templates).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)
            .First(row => row.GetProperty("name").GetString() == name).GetProperty("template").GetString()!;
        return new ChatTemplate(source, SpecialTokens.Load(folder).Variables);
    }

    private static string TokenizerFolder(GoldenCase golden, string tokenizer)
    {
        string folder = golden.Sibling("tokenizers", tokenizer);
        Skip.IfNot(Directory.Exists(folder), $"needs {folder}");
        return folder;
    }

    private static JsonElement[] Rows(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return [.. new StreamReader(stream).ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
