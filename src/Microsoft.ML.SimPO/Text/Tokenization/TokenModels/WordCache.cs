using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Remembers the tokens of short pieces. A fixed table of immutable entries, each written in one store: threads need no lock, and
/// memory is bounded since a piece replaces another of the same slot.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer pieces are not remembered.</summary>
    public const int MaxLength = 40;

    private const int Slots = 1 << 16;

    private readonly Entry?[] _entries = new Entry?[Slots];

    public Entry? Find(ReadOnlySpan<char> piece, out uint slot)
    {
        slot = Hash(piece) & (Slots - 1);
        Entry? entry = Volatile.Read(ref _entries[slot]);
        return entry is not null && piece.SequenceEqual(entry.Piece) ? entry : null;
    }

    public void Store(uint slot, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids, ReadOnlySpan<int> ends) =>
        Volatile.Write(ref _entries[slot], new Entry(piece.ToArray(), ids.ToArray(), ends.ToArray()));

    private static uint Hash(ReadOnlySpan<char> piece)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(piece);
        ulong hash = (ulong)bytes.Length;
        for (; bytes.Length >= 8; bytes = bytes[8..]) hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(bytes)) * 0x9E3779B97F4A7C15UL, 29);
        if (bytes.Length >= 4)
        {
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<uint>(bytes)) * 0x9E3779B97F4A7C15UL, 29);
            bytes = bytes[4..];
        }
        if (bytes.Length >= 2) hash = (hash ^ MemoryMarshal.Read<ushort>(bytes)) * 0x9E3779B97F4A7C15UL;
        return (uint)((hash * 0xD6E8FEB86659FD93UL) >> 40);
    }

    /// <param name="Piece">The piece.</param>
    /// <param name="Ids">Its tokens.</param>
    /// <param name="Ends">Where they end, in UTF-8 bytes of the piece.</param>
    public sealed record Entry(char[] Piece, int[] Ids, int[] Ends);
}
