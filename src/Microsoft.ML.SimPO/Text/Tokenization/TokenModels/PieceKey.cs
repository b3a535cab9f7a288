using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// A short piece as a number of 128 bits: up to 15 units that fit into a byte, or up to 7 of any kind. The last byte is the length and which of the two it is,
/// so that equal keys are equal pieces.
/// </summary>
internal readonly struct PieceKey(ulong head, ulong tail)
{
    private const int MaxBytes = 15, MaxUnits = 7, Window = 16;
    private const ulong IsUnits = 0x80, Odd = 0x9E3779B97F4A7C15UL, OtherOdd = 0xD6E8FEB86659FD93UL;

    private readonly ulong _head = head, _tail = tail;

    /// <summary>Well mixed, the upper bits best.</summary>
    public ulong Hash
    {
        get
        {
            ulong hash = _head * Odd;
            return (hash ^ hash >> 32 ^ _tail) * OtherOdd;
        }
    }

    /// <summary>From its sixteenth place back as many ones as a piece is long.</summary>
    private static ReadOnlySpan<ushort> Masks =>
    [
        0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public bool Equals(in PieceKey other) => _head == other._head && _tail == other._tail;

    /// <returns>Whether the piece is short enough.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMake(ReadOnlySpan<char> text, int start, int length, out PieceKey key)
    {
        if (length <= MaxBytes && start <= text.Length - Window && BitConverter.IsLittleEndian) return TryMake(text.Slice(start, Window), length, out key);
        return TryMakeAtEnd(text.Slice(start, length), out key);
    }

    /// <summary>Near its end more cannot be read at once than the text has.</summary>
    private static bool TryMakeAtEnd(ReadOnlySpan<char> piece, out PieceKey key)
    {
        key = default;
        if (piece.Length > MaxBytes || !BitConverter.IsLittleEndian) return false;
        Span<char> window = stackalloc char[Window];
        window.Clear();
        piece.CopyTo(window);
        return TryMake(window, piece.Length, out key);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryMake(ReadOnlySpan<char> window, int length, out PieceKey key)
    {
        ReadOnlySpan<ushort> units = MemoryMarshal.Cast<char, ushort>(window), mask = Masks.Slice(Window - length, Window);
        Vector128<ushort> low = Vector128.Create(units) & Vector128.Create(mask), high = Vector128.Create(units[8..]) & Vector128.Create(mask[8..]);
        if (((low | high) & Vector128.Create((ushort)0xFF00)) == Vector128<ushort>.Zero)
        {
            Vector128<ulong> bytes = Vector128.Narrow(low, high).AsUInt64();
            key = new PieceKey(bytes.ToScalar(), bytes.GetElement(1) | (ulong)length << 56);
            return true;
        }
        key = new PieceKey(low.AsUInt64().ToScalar(), low.AsUInt64().GetElement(1) | (IsUnits | (ulong)length) << 56);
        return length <= MaxUnits;
    }
}
