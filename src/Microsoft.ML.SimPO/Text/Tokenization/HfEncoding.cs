namespace Microsoft.ML.SimPO;

/// <summary>The tokens of a text and where they come from.</summary>
public sealed record HfEncoding
{
    internal HfEncoding(IReadOnlyList<int> ids, IReadOnlyList<string> tokens, IReadOnlyList<(int Start, int End)> offsets) =>
        (Ids, Tokens, Offsets) = (ids, tokens, offsets);

    /// <summary>Token ids, special tokens included where asked for.</summary>
    public IReadOnlyList<int> Ids { get; }

    /// <summary>Their texts, as the vocabulary writes them.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>
    /// For each the range of the original text that it stands for, in UTF-16 units (the indexes of a <see cref="string"/>), end exclusive.
    /// Tokens that were put around the text have (0, 0); the tokens of a character that was cut in bytes all have the whole character.
    /// </summary>
    public IReadOnlyList<(int Start, int End)> Offsets { get; }
}
