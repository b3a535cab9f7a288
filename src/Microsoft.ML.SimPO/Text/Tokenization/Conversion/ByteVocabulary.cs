using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Tokens of bytes with their ranks, as letters of the alphabet that stands for bytes, and the merges that give them.</summary>
internal static class ByteVocabulary
{
    /// <summary>Longer tokens are no words; looking at all of their parts would take quadratic time.</summary>
    public const int MaxTokenLength = 1024;

    /// <summary>Some times what the largest models have.</summary>
    private const int MaxMerges = 8_000_000;

    /// <summary>Bytes as letters.</summary>
    public static string Letters(ReadOnlySpan<byte> bytes)
    {
        char[] letters = new char[bytes.Length];
        for (int i = 0; i < letters.Length; i++) letters[i] = ByteAlphabet.Character(bytes[i]);
        return new string(letters);
    }

    /// <summary>Every way to put a token together of two, the token of the lowest rank first.</summary>
    /// <param name="tokens">Letters by rank; ranks are ids, or ids less what comes before them.</param>
    /// <param name="path">The file, for messages.</param>
    public static List<(string Left, string Right)> Merges(IReadOnlyList<string> tokens, string path)
    {
        var ranks = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        for (int rank = 0; rank < tokens.Count; rank++) ranks[tokens[rank]] = rank;
        var lookup = ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string, string)>();
        var ways = new List<(int Left, int Right)>();
        foreach (string token in tokens)
        {
            ways.Clear();
            for (int at = 1; at < token.Length; at++)
                if (lookup.TryGetValue(token.AsSpan(0, at), out int left) && lookup.TryGetValue(token.AsSpan(at), out int right)) ways.Add((left, right));
            ways.Sort();
            foreach ((int left, int right) in ways) merges.Add((tokens[left], tokens[right]));
            if (merges.Count > MaxMerges)
                throw new InvalidDataException($"{path}: expected tokens that can be put together in at most {MaxMerges} ways, found more.");
        }
        return merges;
    }
}
