using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>
/// Attention of one token's query heads that share a key/value head over a sequence's cache: softmax(s) v, page by page with a running maximum, so that
/// no scores but those of a page exist.
/// </summary>
internal static unsafe class RowAttention<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>Query heads of a group whose scores lie on the stack. How many there are says the model: the stack never holds what a file asks for.</summary>
    private const int StackHeads = 32;

    /// <param name="query">[group, headDim]</param>
    /// <param name="output">[group, headDim]</param>
    /// <param name="first">The first position that is seen; the last is that of the cache.</param>
    [SkipLocalsInit]
    public static void Compute(DecoderArchitecture architecture, SequenceCache cache, int layer, int head, float* query, float* output, int first)
    {
        int group = architecture.HeadCount / architecture.KeyValueHeadCount, size = architecture.HeadDim;
        float* onStack = stackalloc float[StackHeads * (CachePage.Positions + 2)];
        using FloatBuffer? onHeap = group > StackHeads ? new FloatBuffer((long)group * (CachePage.Positions + 2)) : null;
        float* scores = onHeap is null ? onStack : onHeap.Data; // [group, positions of a page]
        float* largest = scores + (group * CachePage.Positions), sums = largest + group; // [group] each
        new Span<float>(largest, group).Fill(float.NegativeInfinity);
        new Span<float>(sums, group).Clear();
        new Span<float>(output, group * size).Clear();
        for (int start = first; start < cache.Length;)
        {
            int offset = start % CachePage.Positions, count = Math.Min(CachePage.Positions - offset, cache.Length - start);
            CachePage page = cache.Page(start);
            RowProduct<TLanes, TVector>.Multiply(page.Keys(layer, head) + (offset * size), count, query, group, size, scores, CachePage.Positions);
            for (int i = 0; i < group; i++)
            {
                float* row = scores + (i * CachePage.Positions);
                RowMath<TLanes, TVector>.Scale(row, (float)architecture.AttentionScale, row, count);
                if (architecture.AttentionSoftCap is { } cap) RowMath<TLanes, TVector>.SoftCap(row, (float)cap, count);
                float above = MathF.Max(largest[i], TensorPrimitives.Max(new ReadOnlySpan<float>(row, count))), shrink = MathF.Exp(largest[i] - above);
                sums[i] = (sums[i] * shrink) + RowMath<TLanes, TVector>.Exponentials(row, above, count);
                largest[i] = above;
                AddValues(row, page.Values(layer, head) + (offset * size), count, output + (i * size), size, shrink);
            }
            start += count;
        }
        for (int i = 0; i < group; i++) RowMath<TLanes, TVector>.Scale(output + (i * size), 1 / sums[i], output + (i * size), size);
    }

    /// <summary>y = y * shrink + sum over j of p[j] values[j]</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddValues(float* p, float* values, int count, float* y, int size, float shrink)
    {
        TVector factor = TLanes.Of(shrink);
        int i = 0, width = TLanes.Count;
        for (; i + (4 * width) <= size; i += 4 * width)
        {
            TVector s0 = TLanes.Multiply(TLanes.Load(y + i), factor), s1 = TLanes.Multiply(TLanes.Load(y + i + width), factor);
            TVector s2 = TLanes.Multiply(TLanes.Load(y + i + (2 * width)), factor), s3 = TLanes.Multiply(TLanes.Load(y + i + (3 * width)), factor);
            float* value = values + i;
            for (int j = 0; j < count; j++, value += size)
            {
                TVector weight = TLanes.Of(p[j]);
                s0 = TLanes.MultiplyAdd(TLanes.Load(value), weight, s0);
                s1 = TLanes.MultiplyAdd(TLanes.Load(value + width), weight, s1);
                s2 = TLanes.MultiplyAdd(TLanes.Load(value + (2 * width)), weight, s2);
                s3 = TLanes.MultiplyAdd(TLanes.Load(value + (3 * width)), weight, s3);
            }
            TLanes.Store(s0, y + i);
            TLanes.Store(s1, y + i + width);
            TLanes.Store(s2, y + i + (2 * width));
            TLanes.Store(s3, y + i + (3 * width));
        }
        for (; i < size; i++)
        {
            float sum = y[i] * shrink;
            for (int j = 0; j < count; j++) sum = MathF.FusedMultiplyAdd(p[j], values[((long)j * size) + i], sum);
            y[i] = sum;
        }
    }
}
