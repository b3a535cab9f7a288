using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimPO.Native;

/// <summary>The table of versions that an ELF library (64 bits, little-endian) needs of others: section <c>.gnu.version_r</c>.</summary>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK: a missing version is a warning, not an error

    /// <summary>Sets the weak flag on every need of <paramref name="version"/>.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such a library.</exception>
    public static bool MakeWeak(Span<byte> image, string version)
    {
        ReadOnlySpan<byte> magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        if (!image.StartsWith(magic)) throw new InvalidDataException("it is not a 64-bit little-endian ELF file.");
        try
        {
            return MakeWeakIn(image, Encoding.ASCII.GetBytes(version + '\0'));
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("its ELF section table points outside the file.", e);
        }
    }

    private static bool MakeWeakIn(Span<byte> image, ReadOnlySpan<byte> version)
    {
        long table = Int64(image, 40);
        int size = UInt16(image, 58), count = UInt16(image, 60);
        bool found = false;
        for (int i = 0; i < count; i++)
        {
            Span<byte> section = At(image, table + (long)i * size);
            if (UInt32(section, 4) != SectionTypeVersionNeeds) continue;
            Span<byte> strings = At(image, Int64(At(image, table + UInt32(section, 40) * (long)size), 24));
            Span<byte> need = At(image, Int64(section, 24));
            for (uint left = UInt32(section, 44); left > 0; left--)
            {
                found |= MakeWeakIn(need, strings, version);
                uint next = UInt32(need, 12);
                if (next == 0) break; // the end of the list, whatever the count says
                need = At(need, next);
            }
        }
        return found;
    }

    /// <summary>One library's entry: its versions are a linked list.</summary>
    private static bool MakeWeakIn(Span<byte> need, Span<byte> strings, ReadOnlySpan<byte> version)
    {
        bool found = false;
        Span<byte> auxiliary = At(need, UInt32(need, 8));
        for (int left = UInt16(need, 2); left > 0; left--)
        {
            if (At(strings, UInt32(auxiliary, 8)).StartsWith(version))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(auxiliary[4..], (ushort)(UInt16(auxiliary, 4) | Weak));
                found = true;
            }
            uint next = UInt32(auxiliary, 12);
            if (next == 0) break;
            auxiliary = At(auxiliary, next);
        }
        return found;
    }

    private static Span<byte> At(Span<byte> image, long offset) =>
        offset <= image.Length && offset >= 0 ? image[(int)offset..] : throw new ArgumentOutOfRangeException(nameof(offset));

    private static ushort UInt16(ReadOnlySpan<byte> from, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(from[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> from, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(from[offset..]);

    private static long Int64(ReadOnlySpan<byte> from, int offset) => BinaryPrimitives.ReadInt64LittleEndian(from[offset..]);
}
