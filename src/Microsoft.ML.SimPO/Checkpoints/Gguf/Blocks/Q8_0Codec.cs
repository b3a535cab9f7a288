namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>d q: a scale, then 32 numbers of eight bits.</summary>
internal sealed class Q8_0Codec() : BlockCodec("Q8_0", 8, 32, 34)
{
    protected override void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values)
    {
        float d = Half(block, 0);
        for (int i = 0; i < 32; i++) values[i] = d * (sbyte)block[2 + i];
    }

    /// <summary>By the scale before it is rounded; halves away from zero.</summary>
    protected override void EncodeBlock(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values) largest = MathF.Max(largest, MathF.Abs(value));
        float d = largest / 127, inverse = d == 0 ? 0 : 1 / d;
        WriteHalf(block, 0, d);
        for (int i = 0; i < 32; i++) block[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
    }
}
