using System.Collections.Frozen;

namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>The tables of the Unicode normalization forms.</summary>
internal static class UnicodeForms
{
    public const int HangulBase = 0xAC00, HangulCount = 11172;
    private const int LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, LeadCount = 19, VowelCount = 21, TailCount = 28;

    private static readonly FrozenDictionary<int, int[]> Canonical = UnicodeTables.CodePoints("canonical").ToFrozenDictionary();
    private static readonly FrozenDictionary<int, int[]> Compatible = UnicodeTables.CodePoints("compatible").ToFrozenDictionary();
    private static readonly FrozenDictionary<long, int> Composed =
        UnicodeTables.CodePoints("compose").ToFrozenDictionary(line => Key(line.Value[0], line.Value[1]), line => line.Key);

    private static readonly FrozenDictionary<int, byte> Classes = UnicodeTables.Ranges("class")
        .SelectMany(c => c.Ranges.SelectMany(
            r => Enumerable.Range(r.First, r.Last - r.First + 1).Select(cp => (cp, byte.Parse(c.Name, System.Globalization.CultureInfo.InvariantCulture)))))
        .ToFrozenDictionary(pair => pair.cp, pair => pair.Item2);

    /// <summary>The rank of a code point's combining class; 0 for a starter.</summary>
    public static byte Class(int codePoint) => codePoint < 0x300 ? (byte)0 : Classes.GetValueOrDefault(codePoint);

    /// <summary>The full decomposition of a code point; empty where it stays as it is.</summary>
    public static ReadOnlySpan<int> Decompose(int codePoint, bool compatible, Span<int> hangul)
    {
        if (codePoint is >= HangulBase and < HangulBase + HangulCount) return DecomposeHangul(codePoint - HangulBase, hangul);
        if (compatible && Compatible.TryGetValue(codePoint, out int[]? parts)) return parts;
        return Canonical.TryGetValue(codePoint, out parts) ? parts : [];
    }

    /// <returns>The code point that two make; -1 if they make none.</returns>
    public static int Compose(int first, int second)
    {
        int lead = first - LeadBase, vowel = second - VowelBase, syllable = first - HangulBase, tail = second - TailBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount) return HangulBase + (lead * VowelCount + vowel) * TailCount;
        if (syllable is >= 0 and < HangulCount && syllable % TailCount == 0 && tail is > 0 and < TailCount) return first + tail;
        return Composed.TryGetValue(Key(first, second), out int composed) ? composed : -1;
    }

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    private static Span<int> DecomposeHangul(int syllable, Span<int> parts)
    {
        parts[0] = LeadBase + syllable / (VowelCount * TailCount);
        parts[1] = VowelBase + syllable % (VowelCount * TailCount) / TailCount;
        parts[2] = TailBase + syllable % TailCount;
        return parts[..(syllable % TailCount == 0 ? 2 : 3)];
    }
}
