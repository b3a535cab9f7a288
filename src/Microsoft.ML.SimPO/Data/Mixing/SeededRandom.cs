using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data.Mixing;

/// <summary>Random numbers that are the same for a seed on every machine, framework and number of threads (SplitMix64).</summary>
internal sealed class SeededRandom(long seed)
{
    private ulong _state = (ulong)seed;

    public ulong Next() => WordSequences.Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 to below <paramref name="bound"/>, each as likely as the other.</summary>
    public long Below(long bound)
    {
        ulong range = (ulong)bound;
        // Numbers beyond the last whole multiple of the range would favour the small ones.
        ulong limit = ulong.MaxValue - (ulong.MaxValue % range);
        ulong value;
        do value = Next();
        while (value >= limit);
        return (long)(value % range);
    }

    /// <summary>The numbers from 0 to below <paramref name="count"/> in random order (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        Shuffle(order);
        return order;
    }

    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = (int)Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
