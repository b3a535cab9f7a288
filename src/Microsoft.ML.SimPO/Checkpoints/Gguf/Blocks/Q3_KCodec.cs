namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (s - 32) (q - 4): numbers of three bits, for 16 runs of 16 a scale of six.</summary>
internal sealed class Q3_KCodec() : BlockCodec("Q3_K", 11, 256, 110)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 108);
        for (int i = 0; i < 256; i++)
            values[i] = d * (Scale(block[96..108], i / 16) - 32) * (SuperBlock.Pair(block[32..], i) - (4 * (1 - SuperBlock.Bit(block, i))));
    }

    /// <summary>Its lower four bits are in the first eight bytes, the upper two in the last four.</summary>
    private static int Scale(ReadOnlySpan<byte> scales, int j)
    {
        int low = j < 8 ? scales[j] & 15 : scales[j - 8] >> 4;
        return low | (((scales[8 + (j % 4)] >> (2 * (j / 4))) & 3) << 4);
    }
}
