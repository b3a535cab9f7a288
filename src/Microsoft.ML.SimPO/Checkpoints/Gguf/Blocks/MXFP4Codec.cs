namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>2^(e - 128) f: the exponent of a block, then 32 real numbers of four bits, which are written doubled here.</summary>
internal sealed class MXFP4Codec() : BlockCodec("MXFP4", 39, 32, 17)
{
    private static ReadOnlySpan<sbyte> Doubled => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        int exponent = block[0]; // below 2 the scale is subnormal
        float d = BitConverter.Int32BitsToSingle(exponent < 2 ? 0x00200000 << exponent : (exponent - 1) << 23);
        for (int i = 0; i < 32; i++) values[i] = d * Doubled[Nibble(block[1..], i)];
    }
}
