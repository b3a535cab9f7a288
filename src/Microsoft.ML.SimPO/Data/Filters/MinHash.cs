using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Signatures whose share of equal entries estimates the Jaccard similarity of two sets.</summary>
internal static class MinHash
{
    /// <summary>Entries of a signature: the estimate's standard error is at most 0.5 / sqrt(128) = 0.044.</summary>
    public const int Length = 128;

    // Entry i is the least of a_i x + b_i over the set (mod 2^32, a_i odd), with constants from a fixed seed.
    private static readonly uint[] Factors = Constants(1, odd: true);
    private static readonly uint[] Addends = Constants(2, odd: false);

    /// <summary>Computes the signature of a set of hashes, [<see cref="Length"/>].</summary>
    public static void Sign(List<ulong> set, Span<uint> signature)
    {
        signature.Fill(uint.MaxValue);
        Span<Vector<uint>> least = MemoryMarshal.Cast<uint, Vector<uint>>(signature);
        ReadOnlySpan<Vector<uint>> factors = MemoryMarshal.Cast<uint, Vector<uint>>(Factors), addends = MemoryMarshal.Cast<uint, Vector<uint>>(Addends);
        for (int k = 0; k < set.Count; k++)
        {
            var x = new Vector<uint>((uint)(WordSequences.Mix(set[k]) >> 32));
            for (int i = 0; i < least.Length; i++) least[i] = Vector.Min(least[i], (x * factors[i]) + addends[i]);
        }
    }

    /// <summary>The share of equal entries, 0 to 1.</summary>
    public static double Similarity(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int equal = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i]) equal++;
        }
        return (double)equal / a.Length;
    }

    private static uint[] Constants(ulong seed, bool odd)
    {
        var constants = new uint[Length];
        for (int i = 0; i < Length; i++) constants[i] = (uint)WordSequences.Mix((seed << 32) + (ulong)i) | (odd ? 1u : 0u);
        return constants;
    }
}
