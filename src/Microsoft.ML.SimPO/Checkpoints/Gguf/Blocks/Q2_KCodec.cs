namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d s q - m t: for 16 runs of 16 numbers of two bits a scale s and a minimum t of four bits each.</summary>
internal sealed class Q2_KCodec() : BlockCodec("Q2_K", 10, 256, 84)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 80), m = Half(block, 82);
        for (int i = 0; i < 256; i++)
        {
            byte scale = block[i / 16];
            float product = d * (scale & 15) * SuperBlock.Pair(block[16..], i), minimum = m * (scale >> 4);
            values[i] = product - minimum;
        }
    }
}
