using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>What a tekken.json holds.</summary>
/// <param name="Pattern">Cuts texts into words.</param>
/// <param name="Special">Special tokens by id.</param>
/// <param name="Tokens">The tokens that follow them, as letters that stand for bytes.</param>
internal sealed record TekkenFile(string Pattern, IReadOnlyList<string> Special, IReadOnlyList<string> Tokens)
{
    private const int MaxSpecial = 100_000;

    private static readonly string[] Versions = ["v1", "v2", "v3", "v7", "v11", "v13", "v15"];

    /// <summary>Those of files that name none.</summary>
    private static readonly string[] DefaultSpecial =
    [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]",
        "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ];

    public static TekkenFile Read(JsonSection file)
    {
        JsonSection config = file.Required("config");
        string version = config.Required("version").Text();
        if (!Versions.Contains(version))
            throw config.Required("version").Unsupported($"the version {version}, which is not known (known: {string.Join(", ", Versions)}),");
        int special = config.Required("default_num_special_tokens").Integer(1, MaxSpecial);
        int size = config.Required("default_vocab_size").Integer(special + 1, TokenModelReader.MaxTokens);
        var tokens = new List<string>();
        foreach (JsonSection entry in file.Required("vocab").Items().Take(size - special))
        {
            int rank = entry.Required("rank").Integer();
            if (rank != tokens.Count) throw entry.Required("rank").Fault($"expected the rank {tokens.Count}, found {rank}");
            tokens.Add(ByteVocabulary.Letters(Bytes(entry.Required("token_bytes"))));
        }
        if (tokens.Count < size - special) throw file.Required("vocab").Fault($"expected {size - special} tokens, found {tokens.Count}");
        return new TekkenFile(config.Required("pattern").Text(), SpecialOf(file.Optional("special_tokens"), special), tokens);
    }

    private static byte[] Bytes(JsonSection text)
    {
        byte[] bytes = new byte[ByteVocabulary.MaxTokenLength];
        return Convert.TryFromBase64String(text.Text(), bytes, out int length) && length > 0
            ? bytes[..length] : throw text.Fault($"expected at most {ByteVocabulary.MaxTokenLength} bytes in base64, found {text.Raw()}");
    }

    /// <summary>Tokens that are named, and fillers up to their number.</summary>
    private static string[] SpecialOf(JsonSection? named, int count)
    {
        string[] special = [.. Enumerable.Range(0, count).Select(id => string.Create(CultureInfo.InvariantCulture, $"<SPECIAL_{id}>"))];
        if (named is not { } list || list.Kind != JsonValueKind.Array || !list.Items().Any())
        {
            DefaultSpecial.AsSpan(0, Math.Min(count, DefaultSpecial.Length)).CopyTo(special);
            return special;
        }
        foreach (JsonSection token in list.Items()) special[token.Required("rank").Integer(0, count - 1)] = token.Required("token_str").Text();
        return special;
    }
}
