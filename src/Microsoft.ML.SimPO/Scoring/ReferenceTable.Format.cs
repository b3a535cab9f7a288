using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Scoring;

/// <content>
/// As bytes: "SIMPOREF", version, fingerprint of the model, number of answers, of each (in the order of the keys) key and log-probability, and the SHA-256 of
/// all that. Little endian.
/// </content>
internal sealed partial class ReferenceTable
{
    private const int Version = 1, HeaderBytes = 8 + 4 + SHA256.HashSizeInBytes + 8, EntryBytes = 16 + 8;

    /// <summary>More answers than a run has; a damaged number must not ask for memory.</summary>
    private const long MostEntries = 1L << 26;

    private static ReadOnlySpan<byte> Magic => "SIMPOREF"u8;

    public byte[] ToBytes()
    {
        KeyValuePair<UInt128, double>[] entries = [.. _values.OrderBy(v => v.Key)];
        byte[] bytes = new byte[HeaderBytes + ((long)entries.Length * EntryBytes) + SHA256.HashSizeInBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        Convert.FromHexString(model).CopyTo(bytes, 12);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(HeaderBytes - 8), entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = bytes.AsSpan(HeaderBytes + (i * EntryBytes), EntryBytes);
            BinaryPrimitives.WriteUInt128LittleEndian(entry, entries[i].Key);
            BinaryPrimitives.WriteDoubleLittleEndian(entry[16..], entries[i].Value);
        }
        SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote, and no further.</summary>
    /// <param name="weighsTokens">As when it was made.</param>
    /// <exception cref="InvalidDataException">It is no such table, it is cut short, or it was altered.</exception>
    public static ReferenceTable Read(Stream stream, bool weighsTokens)
    {
        byte[] header = BoundedBytes.Read(stream, HeaderBytes);
        if (header.Length < HeaderBytes || !header.AsSpan().StartsWith(Magic)) throw Damaged("it is no such table");
        int version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        if (version != Version) throw Damaged(FormattableString.Invariant($"its version is {version}, and {Version} is known"));
        long count = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(HeaderBytes - 8));
        if (count is < 0 or > MostEntries) throw Damaged(FormattableString.Invariant($"it claims to hold {count} answers"));
        long rest = (count * EntryBytes) + SHA256.HashSizeInBytes;
        byte[] body = BoundedBytes.Read(stream, rest);
        if (body.Length < rest) throw Damaged(FormattableString.Invariant($"it ends after {header.Length + body.Length} of {header.Length + rest} bytes"));
        Span<byte> entries = body.AsSpan(..^SHA256.HashSizeInBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(entries);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(body.AsSpan(^SHA256.HashSizeInBytes..))) throw Damaged("its bytes are not those that were written");
        var table = new ReferenceTable(Convert.ToHexStringLower(header.AsSpan(12, SHA256.HashSizeInBytes)), weighsTokens);
        for (int i = 0; i < count; i++)
        {
            Span<byte> entry = entries.Slice(i * EntryBytes, EntryBytes);
            table._values[BinaryPrimitives.ReadUInt128LittleEndian(entry)] = BinaryPrimitives.ReadDoubleLittleEndian(entry[16..]);
        }
        return table;
    }

    private static InvalidDataException Damaged(string what) => new($"The table of reference log-probabilities is damaged: {what}.");
}
