using System.Buffers.Binary;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (q - 16): a scale, the fifth bits of 32 numbers, their lower four.</summary>
internal sealed class Q5_0Codec() : BlockCodec("Q5_0", 6, 32, 22)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0);
        uint high = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        for (int i = 0; i < 32; i++) values[i] = d * (Nibble(block[6..], i) + (16 * (int)((high >> i) & 1)) - 16);
    }
}
