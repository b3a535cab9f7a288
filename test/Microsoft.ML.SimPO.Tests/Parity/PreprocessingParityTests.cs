using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The texts and ids that the SimPO reference and TRL 0.24 make of preference pairs, and those of the default mode.</summary>
[Trait("Category", "Parity")]
public sealed class PreprocessingParityTests
{
    private const string Trl = "trl-";

    /// <summary>Templates that the references put in the place of a tokenizer's own, as the goldens' README has it.</summary>
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
        string texts = golden.Name.Split('.')[0];
        ChatTemplate template = Template(golden, TokenizerOf(texts));
        Dictionary<int, JsonElement> pairs = Pairs(golden, TokenizerOf(texts));
        int compared = 0;
        foreach (JsonElement expected in Rows(golden.Path))
        {
            JsonElement pair = pairs[expected.GetProperty("index").GetInt32()];
            if (!pair.TryGetProperty("chosen", out _)) continue;
            Assert.Equal(TextsOf(expected), TextsOf(pair, template, IsTrl(golden)));
            compared++;
        }
        Assert.InRange(compared, 1, int.MaxValue);
    }

    [SkippableTheory]
    [MemberData(nameof(Settings))]
    public void Every_row_has_the_ids_of_the_reference(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        (string texts, int maxLength, int maxPromptLength, string mode) = Setting(golden);
        string folder = TokenizerFolder(golden, TokenizerOf(texts));
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        SpecialTokens tokens = SpecialTokens.Load(folder);
        var encoder = new ReferenceTokenization(
            tokenizer, tokens.Bos is { } bos ? tokenizer.TokenId(bos) : null, tokenizer.TokenId(tokens.Eos!)!.Value, maxLength, maxPromptLength,
            mode == "keep_end" ? PromptCut.KeepEnd : PromptCut.KeepStart);
        Dictionary<int, JsonElement> pairs = Pairs(golden, texts);
        JsonElement[] rows = Rows(golden.Path);
        bool lacksBos = tokens.Bos is null && !IsTrl(golden);
        foreach (JsonElement row in rows) CompareRow(row, pairs[row.GetProperty("index").GetInt32()], encoder, maxLength, lacksBos);
        Assert.NotEmpty(rows);
    }

    /// <summary>Of each tokenizer the setting with the most room, which cuts the fewest rows.</summary>
    public static TheoryData<GoldenCase> TrlRoomiest => new([.. GoldenCases.Of(Settings).Where(IsTrl)
        .GroupBy(golden => (golden.Root, Setting(golden).Texts)).Select(settings => settings.MaxBy(golden => Setting(golden).MaxLength)!)]);

    /// <summary>TRL keeps what templates write behind the end of a turn and puts EOS after that; up to the first end token both agree.</summary>
    [SkippableTheory]
    [MemberData(nameof(TrlRoomiest))]
    public void The_default_is_that_of_TRL_up_to_the_end_of_the_turn(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        (string texts, int maxLength, int maxPromptLength, _) = Setting(golden);
        string name = TokenizerOf(texts), folder = TokenizerFolder(golden, name);
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        var options = new PreferenceEncoderOptions { MaxLength = maxLength, MaxPromptLength = maxPromptLength, EmptyAnswers = EmptyAnswers.Keep };
        var encoder = new PreferenceEncoder(tokenizer, SpecialTokens.Load(folder), Template(golden, name), options);
        Dictionary<int, JsonElement> pairs = Pairs(golden, name);
        JsonElement[] rows = [.. Rows(golden.Path).Where(row => !row.TryGetProperty("error", out _))];
        int compared = 0;
        SpecialTokens special = SpecialTokens.Load(folder);
        string rendered = Template(golden, name).Render([new Message("user", "x")], addGenerationPrompt: true);
        bool writesBos = special.Bos is null || rendered.StartsWith(special.Bos, StringComparison.Ordinal);
        int? bos = writesBos ? null : tokenizer.TokenId(special.Bos!);
        foreach (JsonElement row in rows)
        {
            JsonElement pair = pairs[row.GetProperty("index").GetInt32()];
            string kind = pair.GetProperty("kind").GetString()!;
            bool isCut = new[] { "chosen_input_ids", "rejected_input_ids" }.Any(side => row.GetProperty(side).GetArrayLength() >= maxPromptLength);
            bool hasPrompt = pair.TryGetProperty("prompt", out JsonElement given) && given.ValueKind == JsonValueKind.Array;
            List<Message> chosen = Messages(pair.GetProperty("chosen")), rejected = Messages(pair.GetProperty("rejected"));
            // Where both answers are the same TRL takes them for the prompt; end tokens in the text end its answers early.
            bool hasEnd = chosen.Concat(rejected).Any(m => tokenizer.Encode(m.Content, addSpecialTokens: false).Any(id => encoder.EndTokens.Contains(id)));
            if (isCut || hasEnd || chosen.SequenceEqual(rejected)) continue;
            var (prompt, first, second) = hasPrompt ? (Messages(given), chosen, rejected) : ReferenceTexts.TrlSplit(chosen, rejected);
            // an answer that does not fit is dropped, not cut
            if (encoder.Encode(Json(prompt), Json(first), Json(second), compared) is not { } actual) continue;
            Assert.Equal(UpToEnd(row, "chosen", encoder.EndTokens, bos), (kind, actual.Chosen.Ids, actual.Chosen.PromptLength), SameSide);
            Assert.Equal(UpToEnd(row, "rejected", encoder.EndTokens, bos), (kind, actual.Rejected.Ids, actual.Rejected.PromptLength), SameSide);
            compared++;
        }
        Assert.InRange(compared, rows.Length / 2, rows.Length);
    }

    /// <param name="bos">
    /// The BOS that TRL 0.24 puts before a prompt whose template writes none, where a model gets none when it is served; null where the template writes it.
    /// </param>
    private static (string, TokenIds Ids, int PromptLength) UpToEnd(JsonElement row, string side, IReadOnlyList<int> ends, int? bos)
    {
        int[] ids = Ids(row, side + "_input_ids");
        int prompt = Unscored(row, side + "_labels");
        if (bos is not null && ids[0] == bos) (ids, prompt) = (ids[1..], prompt - 1);
        return ("", ids[..(Array.FindIndex(ids, prompt, ends.Contains) + 1)], prompt);
    }

    private static bool SameSide((string Kind, TokenIds Ids, int PromptLength) a, (string Kind, TokenIds Ids, int PromptLength) b) =>
        a.Ids.SequenceEqual(b.Ids) && a.PromptLength == b.PromptLength;

    private static string Json(IReadOnlyList<Message> messages) => JsonSerializer.Serialize(messages.Select(m => new { role = m.Role, content = m.Content }));

    [SkippableTheory]
    [MemberData(nameof(Defaults))]
    public void Every_pair_has_the_ids_that_the_model_was_measured_with(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        PreferenceEncoder encoder = PreferenceEncoder.Load(golden.Path);
        long row = 0;
        foreach (string line in GoldenFile.ReadLines(golden.File("pairs.jsonl")))
        {
            JsonElement expected = JsonDocument.Parse(line).RootElement;
            int[] prompt = Ids(expected, "prompt_ids");
            EncodedPrompt pair = encoder.Encode(expected.GetProperty("prompt").GetString()!, expected.GetProperty("chosen")
                .GetString()!, expected.GetProperty("rejected").GetString()!, ++row)!;
            Assert.Equal([.. prompt, .. Ids(expected, "chosen_ids")], pair.Chosen.Ids);
            Assert.Equal([.. prompt, .. Ids(expected, "rejected_ids")], pair.Rejected.Ids);
            Assert.Equal((prompt.Length, prompt.Length, prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength, pair.SharedPrefixLength));
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
        bool isFull = Math.Max(actual.Pair.Chosen.Ids.Length, actual.Pair.Rejected.Ids.Length) >= maxLength;
        if (lacksBos && (isFull || actual.Pair.HasCutPrompt || actual.Pair.HasCutAnswer)) return;
        Assert.Equal(Ids(row, "prompt_input_ids"), actual.PromptIds);
        Assert.Equal(Ids(row, "chosen_input_ids"), actual.Pair.Chosen.Ids);
        Assert.Equal(Ids(row, "rejected_input_ids"), actual.Pair.Rejected.Ids);
        int missing = hasNull ? 1 : 0;
        Assert.Equal(Unscored(row, "chosen_labels") - missing, actual.Pair.Chosen.PromptLength);
        Assert.Equal(Unscored(row, "rejected_labels") - missing, actual.Pair.Rejected.PromptLength);
    }

    private static int Unscored(JsonElement row, string name) =>
        row.GetProperty(name).EnumerateArray().TakeWhile(label => label.ValueKind != JsonValueKind.Null && label.GetInt32() == -100).Count();

    private static int[] Ids(JsonElement row, string name) =>
        [.. row.GetProperty(name).EnumerateArray().Where(id => id.ValueKind != JsonValueKind.Null).Select(id => id.GetInt32())];

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
            PairTexts trl = ReferenceTexts.Trl(template, new Conversation(split.Item1), split.Item2, split.Item3);
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
        string? source = TemplateParityTests.SourceOf(name);
        Skip.If(source is null, $"No root has the template '{name}'.");
        return new ChatTemplate(source, SpecialTokens.Load(folder).Variables);
    }

    private static string TokenizerFolder(GoldenCase golden, string tokenizer)
    {
        string? folder = golden.Find("tokenizers", tokenizer);
        Skip.If(folder is null, $"No root has the tokenizer '{tokenizer}'.");
        return folder;
    }

    private static bool IsTrl(GoldenCase golden) => golden.Name.StartsWith(Trl, StringComparison.Ordinal);

    private static string TokenizerOf(string texts) => texts.StartsWith(Trl, StringComparison.Ordinal) ? texts[Trl.Length..] : texts;

    /// <summary>What <c>TEXTS-LENGTH-PROMPT-MODE.jsonl.gz</c> says.</summary>
    private static (string Texts, int MaxLength, int MaxPromptLength, string Mode) Setting(GoldenCase golden)
    {
        string[] parts = golden.Name.Split('.')[0].Split('-');
        return (string.Join('-', parts[..^3]), int.Parse(parts[^3], CultureInfo.InvariantCulture),
            int.Parse(parts[^2], CultureInfo.InvariantCulture), parts[^1]);
    }

    /// <summary>The pairs beside a case, by their index.</summary>
    private static Dictionary<int, JsonElement> Pairs(GoldenCase golden, string texts) =>
        Rows(Path.Combine(Path.GetDirectoryName(golden.Path)!, texts + ".pairs.jsonl.gz")).ToDictionary(pair => pair.GetProperty("index").GetInt32());

    /// <param name="path">Of a packed file.</param>
    private static JsonElement[] Rows(string path) =>
        [.. GoldenFile.ReadLines(path[..^GoldenFile.Packed.Length]).Select(line => JsonDocument.Parse(line).RootElement)];
}
