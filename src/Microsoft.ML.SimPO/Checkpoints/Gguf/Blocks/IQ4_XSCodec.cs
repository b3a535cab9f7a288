using System.Buffers.Binary;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (s - 32) t: the steps of <see cref="IQ4_NLCodec"/>, for eight runs of 32 a scale of six bits.</summary>
internal sealed class IQ4_XSCodec() : BlockCodec("IQ4_XS", 23, 256, 136)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0);
        int high = BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        for (int j = 0; j < 8; j++)
        {
            int scale = ((block[4 + (j / 2)] >> (4 * (j % 2))) & 15) | (((high >> (2 * j)) & 3) << 4);
            ReadOnlySpan<byte> halves = block.Slice(8 + (16 * j), 16);
            for (int i = 0; i < 32; i++) values[(32 * j) + i] = d * (scale - 32) * IQ4_NLCodec.Steps[Nibble(halves, i)];
        }
    }
}
