using System.Buffers;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Merges symbols in place, the lowest rank first and the leftmost of equals.</summary>
internal sealed class BpeMerger(MergeTable merges)
{
    /// <summary>Up to this many symbols scanning all pairs beats a queue.</summary>
    private const int SmallCount = 48;

    private readonly Lazy<BpeBorders> _borders = new(() => new BpeBorders(merges));

    /// <param name="ids">The symbols; afterwards the tokens.</param>
    /// <param name="ends">Where each ends.</param>
    /// <param name="work">Looks at a symbol or a pair that it took.</param>
    /// <returns>How many tokens there are.</returns>
    public int Merge(Span<int> ids, Span<int> ends, out long work)
    {
        if (ids.Length <= SmallCount) return MergeByScan(merges, ids, ends, out work);
        int left = 0;
        work = ids.Length; // the borders
        for (int start = 0; start < ids.Length;)
        {
            int end = _borders.Value.Next(ids, start);
            Span<int> partIds = ids[start..end], partEnds = ends[start..end];
            int count = partIds.Length <= SmallCount
                ? MergeByScan(merges, partIds, partEnds, out long taken) : MergeByQueue(merges, partIds, partEnds, out taken);
            work += partIds.Length + taken;
            partIds[..count].CopyTo(ids[left..]);
            partEnds[..count].CopyTo(ends[left..]);
            (start, left) = (end, left + count);
        }
        return left;
    }

    private static int MergeByScan(MergeTable merges, Span<int> ids, Span<int> ends, out long looks)
    {
        int count = ids.Length;
        looks = count;
        if (count < 2) return count;
        Span<long> pairs = stackalloc long[SmallCount];
        for (int i = 0; i + 1 < count; i++) pairs[i] = merges.Find(ids[i], ids[i + 1]);
        while (count > 1)
        {
            int best = 0;
            looks += count;
            for (int i = 1; i + 1 < count; i++)
                if (pairs[i] >> 32 < pairs[best] >> 32) best = i;
            if (pairs[best] == MergeTable.None) break;
            ids[best] = (int)pairs[best];
            ends[best] = ends[best + 1];
            count--;
            for (int i = best + 1; i < count; i++) (ids[i], ends[i], pairs[i]) = (ids[i + 1], ends[i + 1], pairs[i + 1]);
            if (best > 0) pairs[best - 1] = merges.Find(ids[best - 1], ids[best]);
            if (best + 1 < count) pairs[best] = merges.Find(ids[best], ids[best + 1]);
        }
        return count;
    }

    /// <summary>The same for any number of symbols: each merge costs the logarithm of their number.</summary>
    /// <param name="merges">The merges.</param>
    /// <param name="ids">The symbols; afterwards the tokens.</param>
    /// <param name="ends">Where each ends.</param>
    /// <param name="queueMoves">What the queue cost, for tests.</param>
    internal static int MergeByQueue(MergeTable merges, Span<int> ids, Span<int> ends, out long queueMoves)
    {
        Symbol[] rented = ArrayPool<Symbol>.Shared.Rent(ids.Length);
        Span<Symbol> symbols = rented.AsSpan(0, ids.Length);
        using var queue = new MergeQueue(ids.Length);
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = new Symbol { Id = ids[i], Previous = i - 1, Next = i + 1 < symbols.Length ? i + 1 : -1, End = ends[i] };
            if (i + 1 < symbols.Length && merges.Find(ids[i], ids[i + 1]) is var merge and not MergeTable.None) queue.Append(Key(merge, i));
        }
        queue.Order();
        while (queue.TryTake(out ulong key)) MergeAt((int)(uint)key, (uint)(key >> 32), symbols, queue, merges);
        int count = 0;
        for (int i = 0; i >= 0; i = symbols[i].Next) (ids[count], ends[count], count) = (symbols[i].Id, symbols[i].End, count + 1);
        ArrayPool<Symbol>.Shared.Return(rented);
        queueMoves = queue.Moves;
        return count;
    }

    private static void MergeAt(int at, uint rank, Span<Symbol> symbols, MergeQueue queue, MergeTable merges)
    {
        ref Symbol left = ref symbols[at];
        if (left.Id < 0 || left.Next < 0) return;
        ref Symbol right = ref symbols[left.Next];
        long merge = merges.Find(left.Id, right.Id);
        // What stood there when it was offered may have merged since.
        if (merge == MergeTable.None || (uint)(merge >> 32) != rank) return;
        (left.Id, left.End, left.Next, right.Id) = ((int)merge, right.End, right.Next, -1);
        if (left.Next >= 0)
        {
            ref Symbol next = ref symbols[left.Next];
            next.Previous = at;
            if (merges.Find(left.Id, next.Id) is var after and not MergeTable.None) queue.Add(Key(after, at));
        }
        if (left.Previous >= 0 && merges.Find(symbols[left.Previous].Id, left.Id) is var before and not MergeTable.None) queue.Add(Key(before, left.Previous));
    }

    /// <summary>By rank, then by place.</summary>
    private static ulong Key(long merge, int at) => (ulong)merge & ~0xFFFFFFFFUL | (uint)at;

    /// <summary>A symbol and its neighbours in one place of memory: merging asks for all of it.</summary>
    private struct Symbol
    {
        /// <summary>Below 0 where it is part of the one before it.</summary>
        public int Id;

        public int Previous;

        /// <summary>Below 0 at the end.</summary>
        public int Next;

        public int End;
    }
}
