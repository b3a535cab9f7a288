namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d t: four bits choose one of 16 steps that are closer around zero.</summary>
internal sealed class IQ4_NLCodec() : BlockCodec("IQ4_NL", 20, 32, 18)
{
    /// <summary>The steps.</summary>
    public static ReadOnlySpan<sbyte> Steps => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0);
        for (int i = 0; i < 32; i++) values[i] = d * Steps[Nibble(block[2..], i)];
    }
}
