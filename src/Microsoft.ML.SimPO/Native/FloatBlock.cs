namespace Microsoft.ML.SimPO.Native;

/// <summary>A run of float32 numbers that several tensors have at the same place: work for one thread at a time.</summary>
/// <param name="Tensor">Which tensor of a list.</param>
/// <param name="From">The first number.</param>
/// <param name="Count">How many.</param>
internal readonly record struct FloatBlock(int Tensor, long From, int Count)
{
    public const int Size = 1 << 16;

    /// <summary>Blocks of a tensor.</summary>
    public static int Number(long size) => (int)((size + Size - 1) / Size);

    /// <summary>Cuts tensors of these sizes into blocks, the same whatever the number of threads is.</summary>
    public static FloatBlock[] Cut(IReadOnlyList<long> sizes)
    {
        List<FloatBlock> blocks = [];
        for (int i = 0; i < sizes.Count; i++)
            for (long from = 0; from < sizes[i]; from += Size) blocks.Add(new FloatBlock(i, from, (int)Math.Min(Size, sizes[i] - from)));
        return [.. blocks];
    }
}
