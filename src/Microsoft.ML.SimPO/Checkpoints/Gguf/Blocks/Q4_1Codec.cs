namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d q + m: a scale, a minimum, then 32 numbers of four bits.</summary>
internal sealed class Q4_1Codec() : BlockCodec("Q4_1", 3, 32, 20)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0), m = Half(block, 2);
        for (int i = 0; i < 32; i++)
        {
            float product = d * Nibble(block[4..], i);
            values[i] = product + m;
        }
    }

    protected override void EncodeBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        (float least, float most) = (values[0], values[0]);
        foreach (float value in values)
        {
            if (value < least) least = value;
            if (value > most) most = value;
        }
        float d = (most - least) / 15, inverse = d == 0 ? 0 : 1 / d;
        WriteHalf(block, 0, d);
        WriteHalf(block, 2, least);
        for (int i = 0; i < 16; i++) block[4 + i] = (byte)(Quantise(values[i]) | (Quantise(values[i + 16]) << 4));

        int Quantise(float value)
        {
            float product = (value - least) * inverse;
            return Math.Clamp((int)(product + 0.5f), 0, 15);
        }
    }
}
