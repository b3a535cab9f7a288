using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

internal sealed class F32Codec() : BlockCodec("F32", 0, 1, 4)
{
    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> values) => MemoryMarshal.Cast<byte, float>(blocks).CopyTo(values);

    public override void Encode(ReadOnlySpan<float> values, Span<byte> blocks) => MemoryMarshal.AsBytes(values).CopyTo(blocks);

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values) => Decode(block, values);
}
