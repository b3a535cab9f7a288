using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>
/// y[c, r] = sum over k of w[r, k] x[c, k], for few columns c. Weights are read from memory once, whatever the number of columns. Every sum is added up in the
/// same order in tiles of every shape, so a column's results do not depend, to the last bit, on which others are computed with it.
/// </summary>
internal static unsafe class RowProduct<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private const int TileRows = 4;

    /// <param name="w">[rows, size]</param>
    /// <param name="x">[columns, size]</param>
    /// <param name="y">[columns, rows], of which this fills a strip.</param>
    /// <param name="yStride">Floats from one column of y to the next.</param>
    public static void Multiply(float* w, int rows, float* x, int columns, int size, float* y, int yStride)
    {
        int row = 0;
        for (; row + (2 * TileRows) <= rows; row += 2 * TileRows) Block(w + ((long)row * size), 2, x, columns, size, y + row, yStride);
        for (; row + TileRows <= rows; row += TileRows) Block(w + ((long)row * size), 1, x, columns, size, y + row, yStride);
        for (; row < rows; row++)
            for (int c = 0; c < columns; c++) y[((long)c * yStride) + row] = Dot(w + ((long)row * size), x + ((long)c * size), size);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* a, float* b, int size)
    {
        TVector sum = default;
        int k = 0;
        for (; k + TLanes.Count <= size; k += TLanes.Count) sum = TLanes.MultiplyAdd(TLanes.Load(a + k), TLanes.Load(b + k), sum);
        return Rest(TLanes.Sum(sum), a, b, k, size);
    }

    /// <summary>One or two times four rows, all columns: what is read of x serves all rows while it is near, and the next rows are fetched meanwhile.</summary>
    private static void Block(float* w, int strips, float* x, int columns, int size, float* y, int yStride)
    {
        long strip = (long)TileRows * size;
        for (int c = 0, width, tile = 0; c < columns; c += width)
        {
            width = Math.Min(TLanes.TileColumns, columns - c);
            float* from = x + ((long)c * size), to = y + ((long)c * yStride);
            for (int i = 0; i < strips; i++, tile++)
            {
                float* rows = w + (i * strip), ahead = w + (strips * strip) + (tile % (strips * TileRows) * (long)size);
                if (width == 4) Tile4(rows, from, size, to + (i * TileRows), yStride, ahead);
                else if (width == 3) Tile3(rows, from, size, to + (i * TileRows), yStride, ahead);
                else if (width == 2) Tile2(rows, from, size, to + (i * TileRows), yStride, ahead);
                else Tile1(rows, from, size, to + (i * TileRows));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1(float* w, float* x, int size, float* y)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        int k = 0;
        for (; k + TLanes.Count <= size; k += TLanes.Count)
        {
            TVector value = TLanes.Load(x + k);
            s0 = TLanes.MultiplyAdd(TLanes.Load(w + k), value, s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(w1 + k), value, s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(w2 + k), value, s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(w3 + k), value, s3);
        }
        y[0] = Rest(TLanes.Sum(s0), w, x, k, size);
        y[1] = Rest(TLanes.Sum(s1), w1, x, k, size);
        y[2] = Rest(TLanes.Sum(s2), w2, x, k, size);
        y[3] = Rest(TLanes.Sum(s3), w3, x, k, size);
    }

    /// <param name="ahead">What will be read next from memory: fetched on the way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2(float* w, float* x, int size, float* y, int yStride, float* ahead)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size, x1 = x + size;
        TVector s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        int k = 0;
        for (; k + TLanes.Count <= size; k += TLanes.Count)
        {
            if (Sse.IsSupported) Sse.Prefetch0(ahead + k);
            TVector a = TLanes.Load(x + k), b = TLanes.Load(x1 + k);
            TVector row = TLanes.Load(w + k);
            s00 = TLanes.MultiplyAdd(row, a, s00);
            s01 = TLanes.MultiplyAdd(row, b, s01);
            row = TLanes.Load(w1 + k);
            s10 = TLanes.MultiplyAdd(row, a, s10);
            s11 = TLanes.MultiplyAdd(row, b, s11);
            row = TLanes.Load(w2 + k);
            s20 = TLanes.MultiplyAdd(row, a, s20);
            s21 = TLanes.MultiplyAdd(row, b, s21);
            row = TLanes.Load(w3 + k);
            s30 = TLanes.MultiplyAdd(row, a, s30);
            s31 = TLanes.MultiplyAdd(row, b, s31);
        }
        Put(y, s00, s10, s20, s30, w, x, k, size);
        Put(y + yStride, s01, s11, s21, s31, w, x1, k, size);
    }

    /// <param name="ahead">What will be read next from memory: fetched on the way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile3(float* w, float* x, int size, float* y, int yStride, float* ahead)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size, x1 = x + size, x2 = x1 + size;
        TVector s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default;
        TVector s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        int k = 0;
        for (; k + TLanes.Count <= size; k += TLanes.Count)
        {
            if (Sse.IsSupported) Sse.Prefetch0(ahead + k);
            TVector a = TLanes.Load(x + k), b = TLanes.Load(x1 + k), c = TLanes.Load(x2 + k);
            TVector row = TLanes.Load(w + k);
            s00 = TLanes.MultiplyAdd(row, a, s00);
            s01 = TLanes.MultiplyAdd(row, b, s01);
            s02 = TLanes.MultiplyAdd(row, c, s02);
            row = TLanes.Load(w1 + k);
            s10 = TLanes.MultiplyAdd(row, a, s10);
            s11 = TLanes.MultiplyAdd(row, b, s11);
            s12 = TLanes.MultiplyAdd(row, c, s12);
            row = TLanes.Load(w2 + k);
            s20 = TLanes.MultiplyAdd(row, a, s20);
            s21 = TLanes.MultiplyAdd(row, b, s21);
            s22 = TLanes.MultiplyAdd(row, c, s22);
            row = TLanes.Load(w3 + k);
            s30 = TLanes.MultiplyAdd(row, a, s30);
            s31 = TLanes.MultiplyAdd(row, b, s31);
            s32 = TLanes.MultiplyAdd(row, c, s32);
        }
        Put(y, s00, s10, s20, s30, w, x, k, size);
        Put(y + yStride, s01, s11, s21, s31, w, x1, k, size);
        Put(y + (2L * yStride), s02, s12, s22, s32, w, x2, k, size);
    }

    /// <param name="ahead">What will be read next from memory: fetched on the way.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4(float* w, float* x, int size, float* y, int yStride, float* ahead)
    {
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size, x1 = x + size, x2 = x1 + size, x3 = x2 + size;
        TVector s00 = default, s01 = default, s02 = default, s03 = default, s10 = default, s11 = default, s12 = default, s13 = default;
        TVector s20 = default, s21 = default, s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
        int k = 0;
        for (; k + TLanes.Count <= size; k += TLanes.Count)
        {
            if (Sse.IsSupported) Sse.Prefetch0(ahead + k);
            TVector a = TLanes.Load(x + k), b = TLanes.Load(x1 + k), c = TLanes.Load(x2 + k), d = TLanes.Load(x3 + k);
            TVector row = TLanes.Load(w + k);
            s00 = TLanes.MultiplyAdd(row, a, s00);
            s01 = TLanes.MultiplyAdd(row, b, s01);
            s02 = TLanes.MultiplyAdd(row, c, s02);
            s03 = TLanes.MultiplyAdd(row, d, s03);
            row = TLanes.Load(w1 + k);
            s10 = TLanes.MultiplyAdd(row, a, s10);
            s11 = TLanes.MultiplyAdd(row, b, s11);
            s12 = TLanes.MultiplyAdd(row, c, s12);
            s13 = TLanes.MultiplyAdd(row, d, s13);
            row = TLanes.Load(w2 + k);
            s20 = TLanes.MultiplyAdd(row, a, s20);
            s21 = TLanes.MultiplyAdd(row, b, s21);
            s22 = TLanes.MultiplyAdd(row, c, s22);
            s23 = TLanes.MultiplyAdd(row, d, s23);
            row = TLanes.Load(w3 + k);
            s30 = TLanes.MultiplyAdd(row, a, s30);
            s31 = TLanes.MultiplyAdd(row, b, s31);
            s32 = TLanes.MultiplyAdd(row, c, s32);
            s33 = TLanes.MultiplyAdd(row, d, s33);
        }
        Put(y, s00, s10, s20, s30, w, x, k, size);
        Put(y + yStride, s01, s11, s21, s31, w, x1, k, size);
        Put(y + (2L * yStride), s02, s12, s22, s32, w, x2, k, size);
        Put(y + (3L * yStride), s03, s13, s23, s33, w, x3, k, size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* y, TVector s0, TVector s1, TVector s2, TVector s3, float* w, float* x, int from, int size)
    {
        y[0] = Rest(TLanes.Sum(s0), w, x, from, size);
        y[1] = Rest(TLanes.Sum(s1), w + size, x, from, size);
        y[2] = Rest(TLanes.Sum(s2), w + (2L * size), x, from, size);
        y[3] = Rest(TLanes.Sum(s3), w + (3L * size), x, from, size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(float sum, float* a, float* b, int from, int size)
    {
        for (int k = from; k < size; k++) sum = MathF.FusedMultiplyAdd(a[k], b[k], sum);
        return sum;
    }
}
