using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Tokenizers of folders that have no tokenizer.json: the ids of the vocabulary's own library.</summary>
[Trait("Category", "Parity")]
public sealed class TokenizerFilesParityTests
{
    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("tokenizer-files", "vectors.jsonl");

    public static TheoryData<GoldenCase> Faulty => GoldenCases.Folders(Path.Combine("tokenizer-files", "faulty"), "expected.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_vector_every_list_of_ids_and_every_role_is_that_of_the_vocabularys_library(GoldenCase golden)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(golden.Path);
        var differences = new List<string>();
        int vectors = 0;
        foreach (JsonElement row in Rows(golden.File("vectors.jsonl")))
        {
            vectors++;
            if (FollowsFast(golden, row)) Compare(differences, row, "ids", row.GetProperty("fast"), tokenizer.Encode(Text(row, "text"), false));
            else TokenizerParityTests.Compare(tokenizer, row, differences, places: !IsUnigram(golden)); // a character map's own places are the library's
        }
        foreach (JsonElement row in Rows(golden.File("decode.jsonl")))
        {
            int[] ids = Ids(row.GetProperty("ids"));
            foreach ((string name, bool skips) in new[] { ("decoded", true), ("decoded_with_special", false) })
                if (tokenizer.Decode(ids, skips) is var text && text != Text(row, name))
                    differences.Add($"{name} of {string.Join(' ', ids)}: {JsonSerializer.Serialize(text)}, not {row.GetProperty(name)}");
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences in {vectors} vectors:\n{string.Join('\n', differences.Take(10))}");
        JsonElement roles = JsonDocument.Parse(File.ReadAllText(golden.File("special.json"))).RootElement;
        var special = SpecialTokens.Load(golden.Path).Variables.ToDictionary(role => role.Key, role => (string)role.Value!);
        Assert.Equal(
            roles.EnumerateObject().Select(role => $"{role.Name} {role.Value[0]} {role.Value[1]}"),
            special.OrderBy(role => role.Key, StringComparer.Ordinal).Select(role => $"{role.Key} {role.Value} {tokenizer.TokenId(role.Value)}"));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_chat_has_its_text_and_its_ids(GoldenCase golden)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(golden.Path);
        ChatTemplate? template = ChatTemplate.Load(golden.Path, TemplateParityTests.At2024);
        foreach (JsonElement row in GoldenFile.Exists(golden.File("chats.jsonl")) ? Rows(golden.File("chats.jsonl")) : [])
        {
            string text = Text(row, "text");
            Assert.Equal(Ids(row.GetProperty("ids")), tokenizer.Encode(text, addSpecialTokens: false));
            if (template is null) continue;
            bool asks = row.TryGetProperty("add_generation_prompt", out JsonElement flag) && flag.GetBoolean();
            Assert.Equal(text, template.Render(Microsoft.ML.SimPO.Text.ConversationText.TryParse(row.GetProperty("messages").GetRawText())!, asks));
        }
    }

    /// <summary>Where SentencePiece's library parts from Hugging Face's over ties and its character map, no tokenizer.json can say what it does.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_tokenizer_json_that_is_saved_has_the_same_ids_alone(GoldenCase golden)
    {
        ModelFiles files = TokenizerReader.Complete(ModelFiles.Read(golden.Path, TokenizerReader.FileNames)).Files;
        using var folder = new TempFolder();
        foreach (string name in new[] { "tokenizer.json", "tokenizer_config.json" }) File.WriteAllBytes(Path.Combine(folder.Path, name), files.Get(name));
        HfTokenizer saved = HfTokenizer.Load(folder.Path), read = HfTokenizer.Load(golden.Path);
        Assert.Equal(SpecialTokens.Load(golden.Path).Variables, SpecialTokens.Load(folder.Path).Variables);
        int others = 0;
        foreach (JsonElement row in Rows(golden.File("vectors.jsonl")))
        {
            string text = Text(row, "text");
            if (saved.Encode(text, addSpecialTokens: true).AsSpan().SequenceEqual(read.Encode(text, addSpecialTokens: true))) continue;
            Assert.True(row.TryGetProperty("fast", out _), text);
            others++;
        }
        Assert.InRange(others, 0, IsUnigram(golden) ? 3 : 0);
    }

    [Theory]
    [MemberData(nameof(Faulty))]
    public void What_is_wrong_with_a_folder_is_told(GoldenCase golden)
    {
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(golden.File("expected.json"))).RootElement;
        string verdict = Text(expected, "verdict");
        string[] told = Told[Path.GetFileName(golden.Path)];
        if (verdict == "error")
        {
            Exception error = Assert.ThrowsAny<Exception>(() => HfTokenizer.Load(golden.Path));
            Assert.True(error is InvalidDataException or NotSupportedException, error.ToString());
            Assert.All(told, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
            return;
        }
        HfTokenizer tokenizer = HfTokenizer.Load(golden.Path);
        foreach (JsonProperty text in expected.GetProperty("ids_no_special").EnumerateObject())
            Assert.Equal(Ids(text.Value), tokenizer.Encode(text.Name, addSpecialTokens: false));
        string remarks = string.Join('\n', tokenizer.Remarks);
        Assert.Equal(verdict == "warning", remarks.StartsWith("Warning: ", StringComparison.Ordinal));
        Assert.All(told, part => Assert.Contains(part, remarks, StringComparison.Ordinal));
    }

    private static bool IsUnigram(GoldenCase golden) => Path.GetFileName(golden.Path).Contains("unigram", StringComparison.Ordinal);

    /// <summary>What the message of each has to say.</summary>
    private static readonly Dictionary<string, string[]> Told = new()
    {
        ["01-model-truncated"] = ["tokenizer.model ends inside a piece: the file is cut off. Download it again."],
        ["02-lfs-pointer-model"] = ["tokenizer.model' is a pointer of Git LFS, not the file itself. Run `git lfs", "499723 bytes"],
        ["03-lfs-pointer-json"] = ["tokenizer.json' is a pointer of Git LFS, not the file itself. Run `git lfs"],
        ["04-merges-crlf"] = [],
        ["05-merges-no-header"] = [],
        ["06-merges-no-last-newline"] = [],
        ["07-vocab-duplicate-ids"] = ["vocab.json: gives the id ", " to two pieces, `", "the file is damaged"],
        ["08-vocab-holes"] = ["vocab.json has no piece for 5 ids, the first of them "],
        ["09-added-collides"] = ["added_tokens.json gives `<|im_end|>` the id 300, which is the piece `", "` of tokenizer.model. Both cannot be meant"],
        ["10-json-model-disagree"] = ["tokenizer.json and tokenizer.model hold different vocabularies (", "tokenizer.json is used, as transformers does."],
        ["11-json-model-disagree-prefix"] =
            ["tokenizer.json and tokenizer.model hold different vocabularies (", "tokenizer.json is used, as transformers does but 4.57 where"],
        ["12-tekken-version"] = ["the version v99, which is not known (known: v1, v2, v3, v7, v11, v13, v15), is not supported"],
        ["13-sp-word"] = ["tokenizer.model is a SentencePiece model of kind WORD; BPE and UNIGRAM are supported."],
        ["14-sp-char"] = ["tokenizer.model is a SentencePiece model of kind CHAR; BPE and UNIGRAM are supported."],
        ["15-protobuf-length"] = ["a piece claims ", " bytes, more than the ", "It is no SentencePiece model, or damaged."],
        ["16-tiktoken-line"] = ["tokenizer.model: line 401 is not base64 and a rank"],
        ["17-model-cut-between-pieces"] = ["tokenizer.model has no trainer and no normalizer specification", "the file is cut off. Download it again."],
    };

    /// <summary>Over a blank at the beginning of a text transformers 4.57 is followed, which models of the newer Llama kind are served with.</summary>
    private static bool FollowsFast(GoldenCase golden, JsonElement row)
    {
        if (!row.TryGetProperty("fast", out _) || Text(row, "text") is not [' ' or '▁', ..]) return false;
        string config = golden.File("tokenizer_config.json");
        return File.Exists(config) && File.ReadAllText(config).Contains("\"legacy\": false", StringComparison.Ordinal);
    }

    private static void Compare(List<string> differences, JsonElement row, string what, JsonElement right, int[] found)
    {
        if (!Ids(right).AsSpan().SequenceEqual(found))
            differences.Add($"{what} of {row.GetProperty("text")}:\n  expected {right}\n  found    {string.Join(' ', found)}");
    }

    private static IEnumerable<JsonElement> Rows(string file) =>
        GoldenFile.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement);

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];
}
