namespace Microsoft.ML.SimPO.Checkpoints;

public sealed unsafe class FloatConversionTests
{
    private const int All = 1 << 16;

    [Fact]
    public void Every_float16_widens_as_the_runtime_does_it()
    {
        ushort[] source = [.. Enumerable.Range(0, All).Select(i => (ushort)i)];
        float[] found = Widen(source, half: true);
        for (int i = 0; i < All; i++)
        {
            float expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            if (float.IsNaN(expected)) Assert.True(float.IsNaN(found[i]));
            else Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(found[i]));
        }
    }

    [Fact]
    public void Every_bfloat16_is_the_upper_half_of_its_float32_and_comes_back()
    {
        ushort[] source = [.. Enumerable.Range(0, All).Select(i => (ushort)i)];
        float[] wide = Widen(source, half: false);
        ushort[] back = Narrow(wide);
        for (int i = 0; i < All; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide[i]));
            Assert.Equal(float.IsNaN(wide[i]) ? 0x7FC0 : i, back[i]);
        }
    }

    [Theory]
    [InlineData(0x3F808000u, 0x3F80)] // 1 + half a step: a tie, down to even
    [InlineData(0x3F818000u, 0x3F82)] // a tie, up to even
    [InlineData(0x3F808001u, 0x3F81)] // just above a tie
    [InlineData(0x3F817FFFu, 0x3F81)] // just below one
    [InlineData(0xBF818000u, 0xBF82)] // the sign does not matter
    [InlineData(0x7F7FFFFFu, 0x7F80)] // the largest float32 becomes an infinity
    [InlineData(0x00008001u, 0x0001)] // subnormal
    [InlineData(0x7F800001u, 0x7FC0)] // a NaN whose upper half looks like an infinity
    public void Rounding_to_bfloat16_is_to_nearest_ties_to_even(uint bits, int expected)
    {
        // Once in the vector part, once in the rest.
        float[] values = [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 33)];
        ushort[] found = Narrow(values);
        Assert.Equal((expected, expected), (found[0], found[32]));
    }

    [Fact]
    public void Rounding_to_bfloat16_finds_the_nearest_of_its_two_neighbours()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30))))];
        ushort[] found = Narrow(values);
        for (int i = 0; i < values.Length; i++)
        {
            uint below = BitConverter.SingleToUInt32Bits(values[i]) & 0xFFFF0000;
            double low = BitConverter.UInt32BitsToSingle(below), high = BitConverter.UInt32BitsToSingle(below + 0x10000);
            double toLow = Math.Abs(values[i] - low), toHigh = Math.Abs(values[i] - high);
            uint expected = toLow < toHigh || (toLow == toHigh && (below & 0x10000) == 0) ? below : below + 0x10000;
            Assert.Equal(expected >> 16, found[i]);
        }
    }

    [Fact]
    public void Float64_rounds_to_the_nearest_float32()
    {
        double[] source = [.. Enumerable.Range(0, 37).Select(i => Math.Exp(i) / 3)];
        var found = new float[37];
        fixed (double* from = source)
        fixed (float* to = found) FloatConversion.FromFloat64(from, to, 37);
        Assert.Equal(source.Select(v => (float)v), found);
    }

    private static float[] Widen(ushort[] source, bool half)
    {
        var result = new float[source.Length];
        fixed (ushort* from = source)
        fixed (float* to = result)
        {
            if (half) FloatConversion.FromFloat16(from, to, source.Length);
            else FloatConversion.FromBFloat16(from, to, source.Length);
        }
        return result;
    }

    private static ushort[] Narrow(float[] source)
    {
        var result = new ushort[source.Length];
        fixed (float* from = source)
        fixed (ushort* to = result) FloatConversion.ToBFloat16(from, to, source.Length);
        return result;
    }
}
