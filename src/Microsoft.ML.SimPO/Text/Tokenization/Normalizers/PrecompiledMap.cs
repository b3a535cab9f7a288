using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>SentencePiece's <c>precompiled_charsmap</c>: a double-array trie of UTF-8 keys and, after it, the texts they become.</summary>
internal sealed class PrecompiledMap
{
    private const int MaxTextLength = 1024;

    /// <summary>Ten times that of the largest published model.</summary>
    private const int MaxLength = 4 << 20;

    private readonly uint[] _units;
    private readonly byte[] _texts;

    /// <exception cref="FormatException">The bytes are not such a map.</exception>
    public PrecompiledMap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLength) throw new FormatException($"expected a character map of at most {MaxLength} bytes, found one of {bytes.Length}");
        uint size = bytes.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size > bytes.Length - 4 || size % 4 != 0 || size == 0)
            throw new FormatException($"expected a character map that starts with the size of its trie, found {bytes.Length} bytes that do not");
        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + i * 4)..]);
        _texts = bytes[(4 + (int)size)..].ToArray();
        foreach (Range text in _texts.AsSpan().Split((byte)0))
            if (text.End.Value - text.Start.Value > MaxTextLength) throw new FormatException(
                $"expected texts of at most {MaxTextLength} bytes in the character map, found one of {text.End.Value - text.Start.Value}");
    }

    /// <returns>What the shortest key that the text starts with becomes; null if it starts with none.</returns>
    public string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[32];
        return Encoding.UTF8.TryGetBytes(text, utf8, out int length) ? Find(utf8[..length], takesLongest: false, out _) : null;
    }

    /// <returns>What the longest key that the text starts with becomes; null if it starts with none.</returns>
    /// <param name="text">Any text.</param>
    /// <param name="matched">UTF-16 units of the key.</param>
    public string? FindLongest(ReadOnlySpan<char> text, out int matched)
    {
        Span<byte> utf8 = stackalloc byte[64];
        System.Text.Unicode.Utf8.FromUtf16(text[..Math.Min(text.Length, 32)], utf8, out _, out int length, replaceInvalidSequences: true);
        string? found = Find(utf8[..length], takesLongest: true, out int bytes);
        matched = Encoding.UTF8.GetCharCount(utf8[..bytes]);
        return found;
    }

    private string? Find(ReadOnlySpan<byte> utf8, bool takesLongest, out int matched)
    {
        matched = 0;
        string? found = null;
        uint node = Offset(_units[0]);
        for (int i = 0; i < utf8.Length; i++)
        {
            byte value = utf8[i];
            node ^= value;
            if (value == 0 || node >= _units.Length) break;
            uint unit = _units[node];
            if ((unit & 0x800000FF) != value) break;
            node ^= Offset(unit);
            if ((unit & 0x100) == 0) continue;
            (found, matched) = (node < _units.Length ? TextAt(_units[node] & 0x7FFFFFFF) : null, i + 1);
            if (!takesLongest) break;
        }
        return found;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private string? TextAt(uint start)
    {
        if (start >= _texts.Length) return null;
        ReadOnlySpan<byte> rest = _texts.AsSpan((int)start);
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
