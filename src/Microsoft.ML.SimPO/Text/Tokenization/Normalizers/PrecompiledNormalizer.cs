using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>
/// The character map of a SentencePiece model: replaces the first entry that starts a grapheme of fewer than six bytes, or else
/// each of its code points. That an entry shorter than the grapheme replaces all of it is how Hugging Face tokenizers does it.
/// </summary>
/// <param name="map">The map.</param>
/// <param name="asSentencePiece">
/// Whether the longest entry that begins at a place is replaced and the text goes on behind it, as in SentencePiece's own library.
/// </param>
internal sealed class PrecompiledNormalizer(PrecompiledMap map, bool asSentencePiece = false) : TextNormalizer
{
    private const int LongestGrapheme = 5;

    public override void Normalize(AlignedText text)
    {
        var changes = new List<(int CodePoint, int Change)>(text.Length);
        bool changed = asSentencePiece ? FindLongest(text.Units, changes) : FindGraphemes(text.Units, changes);
        if (!changed) return;
        text.BeginEdit();
        text.StartChanges(0);
        foreach ((int codePoint, int change) in changes) text.WriteChange(codePoint, change);
        text.EndEdit();
    }

    private bool FindLongest(ReadOnlySpan<char> rest, List<(int CodePoint, int Change)> changes)
    {
        bool changed = false;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(rest, out Rune rune, out int length);
            if (map.FindLongest(rest, out int matched) is string part)
            {
                Replace(changes, CodePoints(rest[..matched]), part);
                (changed, length) = (true, matched);
            }
            else changes.Add((rune.Value, 0));
            rest = rest[length..];
        }
        return changed;
    }

    private bool FindGraphemes(ReadOnlySpan<char> text, List<(int CodePoint, int Change)> changes)
    {
        bool changed = false;
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            ReadOnlySpan<char> grapheme = rest[..StringInfo.GetNextTextElementLength(rest)];
            rest = rest[grapheme.Length..];
            if (grapheme.Length <= LongestGrapheme && Encoding.UTF8.GetByteCount(grapheme) <= LongestGrapheme && map.Find(grapheme) is string whole)
            {
                Replace(changes, CodePoints(grapheme), whole);
                changed = true;
                continue;
            }
            while (!grapheme.IsEmpty)
            {
                Rune.DecodeFromUtf16(grapheme, out Rune rune, out int length);
                if (map.Find(grapheme[..length]) is string part)
                {
                    Replace(changes, 1, part);
                    changed = true;
                }
                else changes.Add((rune.Value, 0));
                grapheme = grapheme[length..];
            }
        }
        return changed;
    }

    /// <summary>Added code points are new, removed ones count to the last that is written.</summary>
    private static void Replace(List<(int CodePoint, int Change)> changes, int oldCount, string text)
    {
        int newCount = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            changes.Add((rune.Value, 0));
            newCount++;
        }
        Span<(int CodePoint, int Change)> all = CollectionsMarshal.AsSpan(changes);
        for (int added = 1; added <= newCount - oldCount; added++) all[^added].Change = 1;
        if (newCount < oldCount && !all.IsEmpty) all[^1].Change += newCount - oldCount;
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes()) count++;
        return count;
    }
}
