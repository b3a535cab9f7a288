namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// Hashes of all sequences of some words of a text. Words are runs of letters and digits, in lower case; each ideograph and kana is a word.
/// </summary>
internal static class WordSequences
{
    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;

    /// <summary>A hash for each sequence of <paramref name="length"/> words. A text of fewer words has none.</summary>
    public static List<ulong> Hash(string text, int length)
    {
        var words = new List<ulong>(text.Length / 6 + 1);
        AddWords(text, words);
        var sequences = new List<ulong>(Math.Max(0, words.Count - length + 1));
        for (int i = 0; i + length <= words.Count; i++) sequences.Add(Join(words, i, length));
        return sequences;
    }

    /// <summary>As <see cref="Hash"/>, of texts one after the other; if they have fewer words, one sequence of all of them.</summary>
    public static List<ulong> HashOrWhole(ReadOnlySpan<string> texts, int length)
    {
        var words = new List<ulong>();
        foreach (string text in texts) AddWords(text, words);
        int count = Math.Max(1, words.Count - length + 1);
        // In place: sequence i needs no word before i.
        for (int i = 0; i < count; i++)
        {
            ulong sequence = Join(words, i, Math.Min(length, words.Count));
            if (i < words.Count) words[i] = sequence;
            else words.Add(sequence);
        }
        words.RemoveRange(count, words.Count - count);
        return words;
    }

    /// <summary>Spreads the bits of a hash (the finalizer of SplitMix64).</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static ulong Join(List<ulong> words, int start, int count)
    {
        ulong hash = Offset;
        for (int i = start; i < start + count; i++) hash = Mix(hash ^ words[i]);
        return hash;
    }

    private static void AddWords(string text, List<ulong> words)
    {
        ulong hash = Offset;
        bool inWord = false;
        foreach (char c in text)
        {
            bool alone = c is >= '\u3040' and <= '\u9FFF';
            if (inWord && (alone || !char.IsLetterOrDigit(c)))
            {
                words.Add(hash);
                inWord = false;
                hash = Offset;
            }
            if (alone) words.Add((Offset ^ c) * Prime);
            else if (char.IsLetterOrDigit(c))
            {
                hash = (hash ^ char.ToLowerInvariant(c)) * Prime;
                inWord = true;
            }
        }
        if (inWord) words.Add(hash);
    }
}
