using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Remembers the tokens of short pieces. A fixed table of immutable entries, each written in one store: threads need no lock, and
/// memory is bounded since a piece replaces another when its four slots are taken.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer pieces are not remembered.</summary>
    public const int MaxLength = 40;

    private const int Slots = 1 << 17, Ways = 4;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <param name="piece">The piece.</param>
    /// <param name="hash">What <see cref="Store"/> asks for.</param>
    public Entry? Find(ReadOnlySpan<char> piece, out uint hash)
    {
        hash = Hash(piece);
        ReadOnlySpan<Entry?> set = _entries.AsSpan((int)(hash & (Slots - Ways)), Ways);
        foreach (Entry? entry in set)
        {
            if (entry is null) return null;
            if (entry.Hash == hash && piece.SequenceEqual(entry.Piece)) return entry;
        }
        return null;
    }

    public void Store(uint hash, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids, ReadOnlySpan<int> ends)
    {
        int set = (int)(hash & (Slots - Ways)), way = 0;
        while (way < Ways && _entries[set + way] is not null) way++;
        if (way == Ways) way = (int)(hash & (Ways - 1));
        Volatile.Write(ref _entries[set + way], new Entry(hash, piece.ToArray(), ids.ToArray(), ends.ToArray()));
    }

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
        return (uint)((hash * 0xD6E8FEB86659FD93UL) >> 32);
    }

    /// <param name="Hash">The piece's hash.</param>
    /// <param name="Piece">The piece.</param>
    /// <param name="Ids">Its tokens.</param>
    /// <param name="Ends">Where they end, in UTF-8 bytes of the piece.</param>
    public sealed record Entry(uint Hash, char[] Piece, int[] Ids, int[] Ends);
}
