using System.Buffers.Binary;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Damages bytes at random: flipped bits, bytes cut off, doubled or exchanged, numbers made extreme.</summary>
internal static class Mutation
{
    private static readonly int[] Extremes = [-1, 0, 1, int.MaxValue, int.MinValue, 1 << 30, 0x7FFF, 0xFFFF];

    public static byte[] Of(byte[] original, SeededRandom random)
    {
        byte[] bytes = original;
        for (long times = 1 + random.Below(4); times > 0; times--) bytes = Once(bytes, random);
        return bytes;
    }

    private static byte[] Once(byte[] bytes, SeededRandom random)
    {
        if (bytes.Length < 16) return bytes;
        int at = (int)random.Below(bytes.Length - 8);
        byte[] changed = [.. bytes];
        switch (random.Below(8))
        {
            case 0: return bytes[..at];
            case 1: return [.. bytes[..at], .. bytes[(at + (int)random.Below(8))..]];
            case 2: return [.. bytes[..at], .. bytes[at..(at + 8)], .. bytes[at..]];
            case 3:
                BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), Extremes[random.Below(Extremes.Length)]);
                return changed;
            case 4:
                changed[at] = (byte)random.Below(256);
                return changed;
            case 5:
                // Footers stand at the end.
                changed[^(1 + (int)random.Below(Math.Min(400, bytes.Length)))] = (byte)random.Below(256);
                return changed;
            case 6:
                changed.AsSpan(at, (int)random.Below(8)).Fill((byte)random.Below(256));
                return changed;
            default:
                changed[at] ^= (byte)(1 << (int)random.Below(8));
                return changed;
        }
    }
}
