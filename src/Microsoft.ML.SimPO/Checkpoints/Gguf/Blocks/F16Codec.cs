using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>To nearest, ties to even; subnormal numbers stay, what is too large becomes an infinity.</summary>
internal sealed class F16Codec() : BlockCodec("F16", 1, 1, 2)
{
    public override unsafe void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        fixed (byte* source = blocks)
        fixed (float* destination = values) FloatConversion.FromFloat16((ushort*)source, destination, values.Length);
    }

    public override void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(blocks);
        for (int i = 0; i < values.Length; i++) halves[i] = (Half)values[i];
    }

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values) => Decode(block, values);
}
