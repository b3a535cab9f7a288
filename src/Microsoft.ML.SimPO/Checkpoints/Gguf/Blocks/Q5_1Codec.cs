using System.Buffers.Binary;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d q + m: a scale, a minimum, the fifth bits of 32 numbers, their lower four.</summary>
internal sealed class Q5_1Codec() : BlockCodec("Q5_1", 7, 32, 24)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0), m = Half(block, 2);
        uint high = BinaryPrimitives.ReadUInt32LittleEndian(block[4..]);
        for (int i = 0; i < 32; i++)
        {
            float product = d * (Nibble(block[8..], i) + (16 * (int)((high >> i) & 1)));
            values[i] = product + m;
        }
    }
}
