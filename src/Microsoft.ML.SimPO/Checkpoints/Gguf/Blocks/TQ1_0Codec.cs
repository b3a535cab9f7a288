namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (q - 1): five digits of base three in a byte, which is a fraction of 256.</summary>
internal sealed class TQ1_0Codec() : BlockCodec("TQ1_0", 34, 256, 54)
{
    private static ReadOnlySpan<byte> Powers => [1, 3, 9, 27, 81];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 52);
        for (int i = 0; i < 256; i++)
        {
            (int at, int digit) = i < 160 ? (i % 32, i / 32) : i < 240 ? (32 + (i % 16), (i - 160) / 16) : (48 + (i % 4), (i - 240) / 4);
            byte rest = (byte)(block[at] * Powers[digit]);
            values[i] = d * ((rest * 3 >> 8) - 1);
        }
    }
}
