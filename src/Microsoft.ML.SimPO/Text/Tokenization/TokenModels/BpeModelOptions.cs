namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>What a BPE model of a tokenizer.json says beside its vocabulary and merges.</summary>
internal sealed record BpeModelOptions
{
    /// <summary>The token of characters that the vocabulary lacks; null drops them.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Written before every character but a word's first when it is looked up.</summary>
    public string ContinuingSubwordPrefix { get; init; } = "";

    /// <summary>Written after a word's last character when it is looked up.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>Unknown characters in a row make one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>A character that the vocabulary lacks is written as the tokens of its bytes, "&lt;0x0A&gt;".</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A piece that is a token as a whole is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>
    /// Pieces are given as text while the vocabulary is written in <see cref="ByteAlphabet"/>; only without byte fallback, prefix and suffix.
    /// </summary>
    public bool ByteLevel { get; init; }
}
