using System.Buffers;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Merges symbols in place, the lowest rank first and the leftmost of equals.</summary>
internal static class BpeMerger
{
    /// <summary>Up to this many symbols scanning all pairs beats a heap.</summary>
    public const int SmallCount = 48;

    /// <returns>How many symbols are left.</returns>
    public static int MergeSmall(MergeTable merges, int[] ids, int[] ends, int count)
    {
        if (count < 2) return count;
        Span<long> pairs = stackalloc long[SmallCount];
        for (int i = 0; i + 1 < count; i++) pairs[i] = merges.Find(ids[i], ids[i + 1]);
        while (count > 1)
        {
            int best = 0;
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

    /// <returns>How many symbols are left.</returns>
    public static int MergeLarge(MergeTable merges, int[] ids, int[] ends, int count)
    {
        int[] next = ArrayPool<int>.Shared.Rent(count), previous = ArrayPool<int>.Shared.Rent(count);
        // By rank, then by place: both in one number.
        var queue = new PriorityQueue<int, long>(count);
        for (int i = 0; i < count; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
            if (i + 1 < count) Offer(i, i + 1);
        }
        while (queue.TryDequeue(out int merged, out long key))
        {
            int i = (int)(uint)key, j = ids[i] < 0 ? -1 : next[i];
            // What stood there when it was offered may have merged since.
            if (j < 0 || merges.Find(ids[i], ids[j]) != ((key & ~0xFFFFFFFFL) | (uint)merged)) continue;
            (ids[i], ends[i], ids[j], next[i]) = (merged, ends[j], -1, next[j]);
            if (next[i] >= 0)
            {
                previous[next[i]] = i;
                Offer(i, next[i]);
            }
            if (previous[i] >= 0) Offer(previous[i], i);
        }
        int left = 0;
        for (int i = 0; i >= 0 && i < count; i = next[i]) (ids[left], ends[left], left) = (ids[i], ends[i], left + 1);
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        return left;

        void Offer(int i, int j)
        {
            long merge = merges.Find(ids[i], ids[j]);
            if (merge != MergeTable.None) queue.Enqueue((int)merge, (merge & ~0xFFFFFFFFL) | (uint)i);
        }
    }
}
