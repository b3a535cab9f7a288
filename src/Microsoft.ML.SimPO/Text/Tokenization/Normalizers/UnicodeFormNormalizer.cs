using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>The Unicode normalization forms C, D, KC and KD, from the library's own tables.</summary>
internal sealed class UnicodeFormNormalizer(bool compose, bool compatible) : TextNormalizer
{
    /// <summary>Below this code point nothing changes, and nothing joins what stands before it.</summary>
    private readonly char _firstUnstable = compose && !compatible ? '\u0300' : '\u0080';

    public override void Normalize(AlignedText text)
    {
        if (NextUnstable(text.Units, 0) == text.Length) return;
        var pending = new List<(int CodePoint, int Change, byte Class)>();
        text.BeginEdit();
        int done = 0;
        while (done < text.Length)
        {
            int unstable = NextUnstable(text.Units, done);
            if (unstable == text.Length)
            {
                text.Keep(done, unstable);
                break;
            }
            // What is before the stretch may join with its first mark.
            int start = Math.Max(done, unstable - 1);
            text.Keep(done, start);
            done = unstable + text.Units[unstable..].IndexOfAnyInRange('\0', (char)(_firstUnstable - 1));
            if (done < unstable) done = text.Length;
            NormalizeStretch(text, start, done, pending);
        }
        text.EndEdit();
    }

    private int NextUnstable(ReadOnlySpan<char> units, int from)
    {
        int next = units[from..].IndexOfAnyExceptInRange('\0', (char)(_firstUnstable - 1));
        return next < 0 ? units.Length : from + next;
    }

    private void NormalizeStretch(AlignedText text, int start, int end, List<(int CodePoint, int Change, byte Class)> pending)
    {
        pending.Clear();
        text.StartChanges(start);
        Span<int> hangul = stackalloc int[3];
        for (int at = start; at < end;)
        {
            Rune.DecodeFromUtf16(text.Units[at..end], out Rune rune, out int length);
            ReadOnlySpan<int> parts = UnicodeForms.Decompose(rune.Value, compatible, hangul);
            if (parts.IsEmpty) pending.Add((rune.Value, 0, UnicodeForms.Class(rune.Value)));
            for (int i = 0; i < parts.Length; i++) pending.Add((parts[i], i == 0 ? 0 : 1, UnicodeForms.Class(parts[i])));
            at += length;
        }
        Order(CollectionsMarshal.AsSpan(pending));
        int count = compose ? Compose(CollectionsMarshal.AsSpan(pending)) : pending.Count;
        for (int i = 0; i < count; i++) text.WriteChange(pending[i].CodePoint, pending[i].Change);
    }

    /// <summary>Sorts each run of marks by class, those of one class in their order.</summary>
    private static void Order(Span<(int CodePoint, int Change, byte Class)> all)
    {
        for (int i = 0; i < all.Length;)
        {
            int end = i;
            while (end < all.Length && all[end].Class != 0) end++;
            if (end - i > 1)
            {
                (int, int, byte)[] sorted = [.. all[i..end].ToArray().OrderBy(mark => mark.Class)];
                sorted.CopyTo(all[i..]);
            }
            i = end + 1;
        }
    }

    /// <summary>Joins, in place, each starter with the marks that nothing keeps from it.</summary>
    /// <returns>How many are left.</returns>
    private static int Compose(Span<(int CodePoint, int Change, byte Class)> all)
    {
        int count = 0, starter = -1, lastClass = -1;
        foreach ((int codePoint, int change, byte markClass) in all)
        {
            bool reachable = starter >= 0 && (lastClass < 0 || lastClass < markClass);
            int composed = reachable ? UnicodeForms.Compose(all[starter].CodePoint, codePoint) : -1;
            if (composed >= 0)
            {
                all[starter] = (composed, all[starter].Change + change - 1, 0);
                continue;
            }
            if (markClass == 0) (starter, lastClass) = (count, -1);
            else lastClass = markClass;
            all[count++] = (codePoint, change, markClass);
        }
        return count;
    }
}
