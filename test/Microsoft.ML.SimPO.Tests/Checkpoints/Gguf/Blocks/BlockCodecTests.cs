namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>Values that follow by hand; the golden files hold every kind to the bit.</summary>
public class BlockCodecTests
{
    [Fact]
    public void Eight_bits_are_steps_of_the_largest_value()
    {
        float[] values = new float[32];
        (values[0], values[1], values[2]) = (127, -63.5f, 0.5f); // a scale of 1: halves go away from zero
        byte[] block = Encoded("Q8_0", values);
        Assert.Equal([0x00, 0x3C, 127, 256 - 64, 1, 0], block[..6].Select(b => (int)b));
        Assert.Equal([127f, -64, 1, 0], Decoded("Q8_0", block)[..4]);
    }

    [Fact]
    public void Four_bits_reach_from_minus_eight_to_seven_of_the_largest_value()
    {
        float[] values = new float[32];
        (values[0], values[1], values[16]) = (-8, 7, 1); // a scale of 1
        byte[] block = Encoded("Q4_0", values);
        Assert.Equal([0x00, 0x3C, 0x90, 0x8F], block[..4].Select(b => (int)b));
        Assert.Equal([-8f, 7, 0], Decoded("Q4_0", block)[..3]);
        Assert.Equal(1f, Decoded("Q4_0", block)[16]);
    }

    [Fact]
    public void Four_bits_with_a_minimum_reach_from_it_to_the_largest_value()
    {
        float[] values = [.. Enumerable.Range(0, 32).Select(i => 3f + (i % 16))];
        byte[] block = Encoded("Q4_1", values);
        Assert.Equal([0x00, 0x3C, 0x00, 0x42, 0x00, 0x11], block[..6].Select(b => (int)b));
        Assert.Equal(values, Decoded("Q4_1", block));
    }

    [Fact]
    public void A_kind_that_is_only_read_says_so() =>
        Assert.Equal("Q6_K is read, and not written.", Assert.Throws<InvalidOperationException>(() => Encoded("Q6_K", new float[256])).Message);

    private static byte[] Encoded(string kind, float[] values)
    {
        BlockCodec codec = BlockCodecs.Named(kind);
        byte[] blocks = new byte[values.Length / codec.Elements * codec.Bytes];
        codec.Encode(values, blocks);
        return blocks;
    }

    private static float[] Decoded(string kind, byte[] blocks)
    {
        BlockCodec codec = BlockCodecs.Named(kind);
        float[] values = new float[blocks.Length / codec.Bytes * codec.Elements];
        codec.Decode(blocks, values);
        return values;
    }
}
