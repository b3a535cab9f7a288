using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Tokenizers of a few tokens, for tests that a reader can follow.</summary>
internal static class SmallTokenizer
{
    /// <summary>A model whose tokens are the characters a to e, "ab", "abc" and "▁"; "?" for every other.</summary>
    public const string Letters = """
        {"type":"BPE","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"c":3,"d":4,"e":5,"ab":6,"abc":7,"▁":8},"merges":["a b","ab c"]}
        """;

    /// <summary>Every byte is a token of its own number plus 1, "Ġa" is 257.</summary>
    public static string Bytes
    {
        get
        {
            var vocabulary = new JsonObject { ["<end>"] = 0 };
            for (int b = 0; b < 256; b++) vocabulary[ByteAlphabet.Character((byte)b).ToString()] = b + 1;
            vocabulary["Ġa"] = 257;
            return new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray("Ġ a") }.ToJsonString();
        }
    }

    public static string Json(string? model = null, string? normalizer = null, string? preTokenizer = null, string? postProcessor = null,
        string? decoder = null, string? addedTokens = null) =>
        $$"""
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":{{addedTokens ?? "[]"}},
        "normalizer":{{normalizer ?? "null"}},"pre_tokenizer":{{preTokenizer ?? "null"}},
        "post_processor":{{postProcessor ?? "null"}},"decoder":{{decoder ?? "null"}},"model":{{model ?? Letters}}}
        """;

    public static HfTokenizer Load(string json, string? config = null)
    {
        using var folder = new TokenizerFolder();
        folder.Write("tokenizer.json", json);
        if (config is not null) folder.Write("tokenizer_config.json", config);
        return HfTokenizer.Load(folder.Path);
    }
}
