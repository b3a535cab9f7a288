namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d (q - 8): a scale, then 32 numbers of four bits.</summary>
internal sealed class Q4_0Codec() : BlockCodec("Q4_0", 2, 32, 18)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0);
        for (int i = 0; i < 32; i++) values[i] = d * (Nibble(block[2..], i) - 8);
    }

    /// <summary>The value of largest size, the first of several, becomes -8.</summary>
    protected override void EncodeBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = values[0];
        foreach (float value in values)
            if (MathF.Abs(value) > MathF.Abs(largest)) largest = value;
        float d = largest / -8, inverse = d == 0 ? 0 : 1 / d;
        WriteHalf(block, 0, d);
        for (int i = 0; i < 16; i++) block[2 + i] = (byte)(Quantise(values[i]) | (Quantise(values[i + 16]) << 4));

        int Quantise(float value)
        {
            float product = value * inverse; // rounded by itself, not in one with the sum
            return Math.Clamp((int)(product + 8.5f), 0, 15);
        }
    }
}
