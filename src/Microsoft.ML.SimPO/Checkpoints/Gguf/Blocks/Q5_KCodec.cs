namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d s q - m t: numbers of five bits, for eight runs of 32 a scale s and a minimum t of six.</summary>
internal sealed class Q5_KCodec() : BlockCodec("Q5_K", 13, 256, 176)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0), m = Half(block, 2);
        for (int i = 0; i < 256; i++)
        {
            (int scale, int minimum) = SuperBlock.Scale(block[4..16], i / 32);
            float product = d * scale * (SuperBlock.Nibble(block[48..], i) + (16 * SuperBlock.Bit(block[16..], i))), less = m * minimum;
            values[i] = product - less;
        }
    }
}
