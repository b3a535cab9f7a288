using System.Text.Json;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;

namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>How a byte-level tokenizer cuts a text into words: a GGUF file has the name alone, <c>tokenizer.ggml.pre</c>.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Others">Other names under which files have the same.</param>
/// <param name="Normalizer">As tokenizer.json has it; null for none.</param>
/// <param name="Steps">As tokenizer.json has them.</param>
/// <param name="IgnoresMerges">Whether whole words of the vocabulary come before merges.</param>
/// <param name="AddsBos">Whether BOS comes before a text where the file does not say.</param>
internal sealed record GgufPreTokenizer(
    string Name, IReadOnlyList<string> Others, string? Normalizer, IReadOnlyList<string> Steps, bool IgnoresMerges = false, bool AddsBos = false)
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    private const string Words = $@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|";

    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string RestWithSlash = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]", Before = @"[^\r\n\p{L}\p{N}]?";

    private const string Nfc = """{"type":"NFC"}""";

    private const string Bytes = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";

    private const string Gpt2 = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";

    private const string Digits = """{"type":"Digits","individual_digits":true}""";

    private static readonly string Llama3Words = Split($@"{Words}\p{{N}}{{1,3}}{Rest}");

    private static readonly GgufPreTokenizer[] Rows =
    [
        new("llama-bpe", ["llama3", "llama-v3", "falcon3"], null, [Llama3Words, Bytes], IgnoresMerges: true, AddsBos: true),
        new("dbrx", ["smaug-bpe"], null, [Llama3Words, Bytes]),
        new("qwen2", ["deepseek-r1-qwen", "megrez"], Nfc, [Split($@"{Words}\p{{N}}{Rest}"), Bytes]),
        new("stablelm2", [], null, [Split($@"{Words}\p{{N}}{Rest}"), Bytes]),
        new("gpt-2", ["olmo", "mpt", "phi-2"], null, [Gpt2]),
        new("smollm", ["refact", "starcoder", "command-r"], null, [Digits, Gpt2]),
        new("tekken", [], null,
            [Split($@"{Before}{Upper}*{Lower}+|{Before}{Upper}+{Lower}*|\p{{N}}{RestWithSlash}"), Bytes], IgnoresMerges: true, AddsBos: true),
        new("gpt-4o", ["llama4"], null,
            [Split($@"{Before}{Upper}*{Lower}+{Contractions}?|{Before}{Upper}+{Lower}*{Contractions}?|\p{{N}}{{1,3}}{RestWithSlash}"), Bytes]),
    ];

    private static readonly Lazy<IReadOnlyList<string>> Signatures = new(() => [.. Rows.Select(SignatureOf)]);

    public static string Names => string.Join(", ", Rows.SelectMany(r => r.Others.Prepend(r.Name)));

    /// <summary>The one of that name; null for none that is known.</summary>
    public static GgufPreTokenizer? Named(string name) => Array.Find(Rows, r => r.Name == name || r.Others.Contains(name));

    /// <summary>The one that a tokenizer.json has; null for one without a name.</summary>
    /// <param name="ignoresMerges">As its model has it.</param>
    public static GgufPreTokenizer? Of(JsonElement normalizer, JsonElement preTokenizer, bool ignoresMerges)
    {
        string signature = Signature(normalizer, preTokenizer, ignoresMerges);
        for (int i = 0; i < Rows.Length; i++)
            if (Signatures.Value[i] == signature) return Rows[i];
        return null;
    }

    /// <summary>All that decides how a text is cut, in one line.</summary>
    private static string Signature(JsonElement normalizer, JsonElement preTokenizer, bool ignoresMerges) =>
        string.Join('\n', [.. Parts(normalizer, "normalizers"), .. Parts(preTokenizer, "pretokenizers"), ignoresMerges ? "whole" : "merged"]);

    private static string SignatureOf(GgufPreTokenizer row)
    {
        using JsonDocument normalizer = JsonDocument.Parse(row.Normalizer ?? "null");
        using JsonDocument steps = JsonDocument.Parse(TokenizerJson.Sequence("pretokenizers", row.Steps)!);
        return Signature(normalizer.RootElement, steps.RootElement, row.IgnoresMerges);
    }

    private static IEnumerable<string> Parts(JsonElement part, string list)
    {
        if (part.ValueKind != JsonValueKind.Object) return [];
        string type = Text(part, "type");
        return type switch
        {
            "Sequence" => part.TryGetProperty(list, out JsonElement parts) && parts.ValueKind == JsonValueKind.Array
                ? parts.EnumerateArray().SelectMany(p => Parts(p, list)) : [],
            "Split" => [$"split {SplitOf(part)}"],
            "Digits" => [Flag(part, "individual_digits") ? "digits" : "numbers"],
            "ByteLevel" => [(Flag(part, "use_regex", absent: true) ? "words" : "bytes") + (Flag(part, "add_prefix_space", absent: true) ? " spaced" : "")],
            _ => [type],
        };
    }

    /// <summary>What covers every text cuts it alike whether it says what words are, or that what they are not is thrown away.</summary>
    private static string SplitOf(JsonElement part)
    {
        string pattern = part.TryGetProperty("pattern", out JsonElement given) && given.ValueKind == JsonValueKind.Object ? Text(given, "Regex") : "";
        bool isWords = (Text(part, "behavior"), Flag(part, "invert")) is ("Isolated", false) or ("Removed", true);
        return isWords ? pattern : $"{pattern} {Text(part, "behavior")}";
    }

    private static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool Flag(JsonElement of, string name, bool absent = false) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.ValueKind == JsonValueKind.True : absent;

    private static string Split(string pattern) =>
        $$"""{"type":"Split","pattern":{"Regex":{{JsonText.Quote(pattern)}}},"behavior":"Isolated","invert":false}""";
}
