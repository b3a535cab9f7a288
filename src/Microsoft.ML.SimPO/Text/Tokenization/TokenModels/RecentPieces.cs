using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// The tokens of short pieces, in one block of memory without a reference: what most pieces of a text need is one load. For one encoding at a time; what it
/// does not hold, <see cref="WordCache"/> may.
/// </summary>
internal sealed class RecentPieces
{
    /// <summary>Pieces of more tokens are not kept.</summary>
    public const int MaxTokens = 3;

    // Two megabytes: room for the words of a language, and a fraction of the caches of most processors.
    private const int SetBits = 15, Ways = 2;

    private readonly Entry[] _entries = new Entry[Ways << SetBits];

    /// <summary>Appends the tokens of a piece, if they are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(in PieceKey key, TokenSink tokens)
    {
        ReadOnlySpan<Entry> set = _entries.AsSpan(SetOf(key), Ways);
        ref readonly Entry entry = ref set[0];
        if (!entry.Key.Equals(key))
        {
            entry = ref set[1];
            if (!entry.Key.Equals(key)) return false;
        }
        tokens.AddFew(entry.First, entry.Second, entry.Third, entry.Count);
        return true;
    }

    public void Store(in PieceKey key, ReadOnlySpan<int> ids)
    {
        if (ids.Length > MaxTokens) return;
        Span<Entry> set = _entries.AsSpan(SetOf(key), Ways);
        set[1] = set[0];
        set[0] = new Entry { Key = key, Count = ids.Length, First = At(ids, 0), Second = At(ids, 1), Third = At(ids, 2) };
    }

    private static int At(ReadOnlySpan<int> ids, int index) => index < ids.Length ? ids[index] : 0;

    private static int SetOf(in PieceKey key) => (int)(key.Hash >> 64 - SetBits) * Ways;

    /// <summary>One that holds nothing has a key that no piece has, since pieces are not empty.</summary>
    private struct Entry
    {
        public PieceKey Key;
        public int Count, First, Second, Third;
    }
}
