using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// Remembers the tokens of short pieces. A fixed table of immutable entries, each written in one store: threads need no lock, and
/// memory is bounded since a piece replaces another when its four slots are taken.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer pieces are not remembered.</summary>
    public const int MaxLength = 40;

    private const int Slots = 1 << 18, Ways = 4;
    private const ulong Odd = 0x9E3779B97F4A7C15UL;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <param name="piece">The piece.</param>
    /// <param name="hash">What <see cref="Store"/> asks for.</param>
    public Entry? Find(ReadOnlySpan<char> piece, out uint hash)
    {
        (ulong head, ulong tail) = Ends(piece);
        hash = Hash(piece, head, tail);
        ReadOnlySpan<Entry?> set = _entries.AsSpan((int)(hash & (Slots - Ways)), Ways);
        foreach (Entry? entry in set)
        {
            if (entry is null) return null;
            if (entry.Hash == hash && entry.Length == piece.Length && entry.Head == head && entry.Tail == tail
                && (entry.Piece is null || piece.SequenceEqual(entry.Piece))) return entry;
        }
        return null;
    }

    /// <returns>The new entry.</returns>
    public Entry Store(uint hash, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids, ReadOnlySpan<int> ends)
    {
        int set = (int)(hash & (Slots - Ways)), way = 0;
        while (way < Ways && _entries[set + way] is not null) way++;
        if (way == Ways) way = (int)(hash & (Ways - 1));
        var entry = new Entry(hash, piece, ids, ends);
        Volatile.Write(ref _entries[set + way], entry);
        return entry;
    }

    /// <summary>The first and the last four units, which are the whole of a piece of up to eight.</summary>
    private static (ulong Head, ulong Tail) Ends(ReadOnlySpan<char> piece)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(piece);
        if (piece.Length >= 4) return (MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[^8..]));
        ulong head = 0;
        foreach (char unit in piece) head = head << 16 | unit;
        return (head, 0);
    }

    private static uint Hash(ReadOnlySpan<char> piece, ulong head, ulong tail)
    {
        ulong hash = BitOperations.RotateLeft((head ^ (ulong)piece.Length << 56) * Odd, 29) ^ tail;
        if (piece.Length > Entry.InlineLength)
        {
            ReadOnlySpan<byte> middle = MemoryMarshal.AsBytes(piece[4..^4]);
            for (; middle.Length >= 8; middle = middle[8..]) hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(middle)) * Odd, 29);
            for (; middle.Length >= 2; middle = middle[2..]) hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ushort>(middle)) * Odd, 29);
        }
        hash *= Odd;
        return (uint)((hash ^ hash >> 29) * 0xD6E8FEB86659FD93UL >> 32);
    }

    /// <summary>
    /// A piece and its tokens. What most pieces need, a short text and one token, lies in the object itself: each array more is a wait for memory.
    /// </summary>
    public sealed class Entry
    {
        public const int InlineLength = 8;

        private readonly int _id;
        private readonly int _end;
        private readonly int[]? _ids;
        private readonly int[]? _ends;

        public Entry(uint hash, ReadOnlySpan<char> piece, ReadOnlySpan<int> ids, ReadOnlySpan<int> ends)
        {
            (Hash, Length, (Head, Tail)) = (hash, piece.Length, Ends(piece));
            if (piece.Length > InlineLength) Piece = piece.ToArray();
            if (ids.Length == 1) (_id, _end) = (ids[0], ends[0]);
            else (_ids, _ends) = (ids.ToArray(), ends.ToArray());
        }

        public uint Hash { get; }

        public int Length { get; }

        public ulong Head { get; }

        public ulong Tail { get; }

        /// <summary>The piece, where it is longer than <see cref="InlineLength"/>.</summary>
        public char[]? Piece { get; }

        public ReadOnlySpan<int> Ids => _ids ?? new ReadOnlySpan<int>(in _id);

        /// <summary>Appends the tokens, with their ends in UTF-8 bytes of the piece.</summary>
        public void AddTo(TokenSink tokens)
        {
            if (_ids is null) tokens.Add(_id, 0, _end);
            else tokens.AddRange(_ids, _ends);
        }
    }
}
