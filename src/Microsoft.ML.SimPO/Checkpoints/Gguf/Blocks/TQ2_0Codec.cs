namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (q - 1): numbers of two bits.</summary>
internal sealed class TQ2_0Codec() : BlockCodec("TQ2_0", 35, 256, 66)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 64);
        for (int i = 0; i < 256; i++) values[i] = d * (SuperBlock.Pair(block, i) - 1);
    }
}
