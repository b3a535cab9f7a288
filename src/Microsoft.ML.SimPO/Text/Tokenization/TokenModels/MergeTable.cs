using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Pairs of tokens and what they merge into, with open addressing: one load a look-up in most cases.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> returns for a pair that does not merge; greater than every merge.</summary>
    public const long None = long.MaxValue;

    private readonly (long Pair, long Merge)[] _slots;
    private readonly int _shift;

    /// <param name="merges">Pairs in the order of their rank; of equal pairs the last counts.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        int bits = 4;
        while (1L << bits < merges.Count * 2L + 2) bits++;
        _shift = 64 - bits;
        _slots = new (long, long)[1 << bits];
        Array.Fill(_slots, (-1L, None));
        for (int rank = 0; rank < merges.Count; rank++)
        {
            (int left, int right, int merged) = merges[rank];
            long pair = ((long)left << 32) | (uint)right;
            int slot = SlotOf(pair);
            while (_slots[slot].Pair != -1 && _slots[slot].Pair != pair) slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = (pair, ((long)rank << 32) | (uint)merged);
        }
    }

    /// <summary>The pairs that merge, in no order.</summary>
    public IEnumerable<(int Left, int Right, int Merged, int Rank)> All =>
        _slots.Where(slot => slot.Pair != -1).Select(slot => ((int)(slot.Pair >> 32), (int)slot.Pair, (int)slot.Merge, (int)(slot.Merge >> 32)));

    /// <returns>Rank in the upper, merged token in the lower 32 bits; <see cref="None"/> if the pair does not merge.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Find(int left, int right)
    {
        long pair = ((long)left << 32) | (uint)right;
        (long Pair, long Merge)[] slots = _slots;
        int slot = SlotOf(pair);
        while (true)
        {
            ref readonly (long Pair, long Merge) entry = ref slots[slot];
            if (entry.Pair == pair) return entry.Merge;
            if (entry.Pair == -1) return None;
            slot = (slot + 1) & (slots.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(long pair) => (int)((ulong)pair * 0x9E3779B97F4A7C15UL >> _shift);
}
