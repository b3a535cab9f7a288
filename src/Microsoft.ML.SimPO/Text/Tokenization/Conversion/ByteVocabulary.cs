using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Tokens of bytes with their ranks, as letters of the alphabet that stands for bytes, and the merges that give them.</summary>
internal static class ByteVocabulary
{
    /// <summary>Longer tokens are no words; looking at all of their parts would take quadratic time.</summary>
    public const int MaxTokenLength = 1024;

    /// <summary>Letters that are compared, a hundred times those of the largest models.</summary>
    private const long MaxWork = 1L << 30;

    /// <summary>Bytes as letters.</summary>
    public static string Letters(ReadOnlySpan<byte> bytes)
    {
        char[] letters = new char[bytes.Length];
        for (int i = 0; i < letters.Length; i++) letters[i] = ByteAlphabet.Character(bytes[i]);
        return new string(letters);
    }

    /// <summary>Every way to put a token together of two, the token of the lowest rank first.</summary>
    /// <param name="tokens">Letters by rank; ranks are ids, or ids less what comes before them.</param>
    /// <param name="vocabulary">Their ids.</param>
    /// <param name="offset">The id of the first rank.</param>
    /// <param name="path">The file, for messages.</param>
    public static List<(string Left, string Right)> Merges(IReadOnlyList<string> tokens, TokenVocabulary vocabulary, int offset, string path)
    {
        var merges = new List<(string, string)>();
        var ways = new List<(int Left, int Right)>();
        long work = 0;
        foreach (string token in tokens)
        {
            if ((work += (long)token.Length * token.Length) > MaxWork)
                throw new InvalidDataException($"{path}: expected tokens of the length of words, found too many longer ones.");
            ways.Clear();
            for (int at = 1; at < token.Length; at++)
                if (vocabulary.TryGetId(token.AsSpan(0, at), out int left) && vocabulary.TryGetId(token.AsSpan(at), out int right)) ways.Add((left, right));
            ways.Sort();
            foreach ((int left, int right) in ways) merges.Add((tokens[left - offset], tokens[right - offset]));
            if (merges.Count > TokenModelReader.MaxMerges)
                throw new InvalidDataException($"{path}: expected tokens that can be put together in at most {TokenModelReader.MaxMerges} ways, found more.");
        }
        return merges;
    }
}
