namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>What blocks of 256 numbers have in common.</summary>
internal static class SuperBlock
{
    /// <summary>Two bits of a number: of 64 bytes, in two runs of 32.</summary>
    public static int Pair(ReadOnlySpan<byte> pairs, int i) => (pairs[(32 * (i / 128)) + (i % 32)] >> (2 * (i % 128 / 32))) & 3;

    /// <summary>The bit of a number: bit k of byte b is that of number 32 k + b.</summary>
    public static int Bit(ReadOnlySpan<byte> bits, int i) => (bits[i % 32] >> (i / 32)) & 1;

    /// <summary>Four bits of a number: of 128 bytes, in runs of 32 for 64 numbers.</summary>
    public static int Nibble(ReadOnlySpan<byte> halves, int i) => (halves[(32 * (i / 64)) + (i % 32)] >> (4 * (i % 64 / 32))) & 15;

    /// <summary>A scale and a minimum of six bits each, of the eight of both that twelve bytes hold.</summary>
    public static (int Scale, int Minimum) Scale(ReadOnlySpan<byte> scales, int j) => j < 4
        ? (scales[j] & 63, scales[j + 4] & 63)
        : ((scales[j + 4] & 15) | (scales[j - 4] >> 6 << 4), (scales[j + 4] >> 4) | (scales[j] >> 6 << 4));
}
