namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d s (q - 32): numbers of six bits, for 16 runs of 16 a scale of eight.</summary>
internal sealed class Q6_KCodec() : BlockCodec("Q6_K", 14, 256, 210)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 208);
        for (int i = 0; i < 256; i++)
        {
            int low = (block[(64 * (i / 128)) + (i % 64)] >> (4 * (i % 128 / 64))) & 15;
            values[i] = d * (sbyte)block[192 + (i / 16)] * (low + (16 * SuperBlock.Pair(block[128..], i)) - 32);
        }
    }
}
