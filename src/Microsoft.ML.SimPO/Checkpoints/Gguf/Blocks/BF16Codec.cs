using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>The upper half of a float32: to nearest, ties to even; what is no number keeps its upper bits and becomes quiet.</summary>
internal sealed class BF16Codec() : BlockCodec("BF16", 30, 1, 2)
{
    public override unsafe void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        fixed (byte* source = blocks)
        fixed (float* destination = values) FloatConversion.FromBFloat16((ushort*)source, destination, values.Length);
    }

    public override void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        Span<ushort> rounded = MemoryMarshal.Cast<byte, ushort>(blocks);
        for (int i = 0; i < bits.Length; i++)
            rounded[i] = (bits[i] & 0x7FFFFFFF) > 0x7F800000 ? (ushort)((bits[i] >> 16) | 0x40) : (ushort)((bits[i] + 0x7FFF + ((bits[i] >> 16) & 1)) >> 16);
    }

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values) => Decode(block, values);
}
