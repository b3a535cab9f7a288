using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>
/// Walks Parquet metadata (Thrift's compact encoding) before the Parquet library decodes it: every length must lie within the bytes that
/// are there, every field must have the type that the library will assume. The library itself believes what it reads: it would loop for
/// ever at a number that the end of the file cuts off, and overflow the stack at a schema nested deep enough.
/// </summary>
internal ref struct ThriftGuard(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 24;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>Number of children of each element of the schema that was walked.</summary>
    public List<long> SchemaChildren { get; } = [];

    /// <summary>Integers (and truth values, as 0 and 1) of the page header that was walked, by structure and field.</summary>
    public Dictionary<(string Structure, int Field), long> PageNumbers { get; } = [];

    /// <summary>Walks one structure and says where it ends.</summary>
    /// <exception cref="EndOfStreamException">It does not end within the bytes.</exception>
    /// <exception cref="InvalidDataException">It is not what Parquet writes.</exception>
    public int Walk(string structure)
    {
        Structure(structure, 0);
        return _at;
    }

    private void Structure(string? name, int depth)
    {
        if (name == "SchemaElement") SchemaChildren.Add(0);
        int field = 0;
        while (true)
        {
            byte header = Byte();
            if (header == 0) return;
            field = header >> 4 != 0 ? field + (header >> 4) : (int)Integer();
            Field(name, field, header & 15, depth);
        }
    }

    private void Field(string? structure, int field, int wire, int depth)
    {
        string? type = structure is null ? null : ThriftStructs.Type(structure, field);
        if (type is not null && !Matches(type[0], wire))
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"its metadata is damaged: field {field} of {structure} has type {wire}."));
        if (wire is 1 or 2)
        {
            if (type is not null) Note(structure!, field, wire == 1 ? 1 : 0);
            return;
        }
        if (wire is 4 or 5 or 6)
        {
            long value = Integer();
            if (type is not null) Note(structure!, field, value);
            return;
        }
        Value(type, wire, depth);
    }

    private void Note(string structure, int field, long value)
    {
        if (structure == "SchemaElement" && field == 5) SchemaChildren[^1] = value;
        else if (structure.EndsWith("Page", StringComparison.Ordinal) || structure is ThriftStructs.Page or "DataPageV2")
            PageNumbers[(structure, field)] = value;
    }

    private void Value(string? type, int wire, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"its metadata is nested deeper than {MaxDepth}.");
        switch (wire)
        {
            case 3: Skip(1); break;
            case 4 or 5 or 6: Integer(); break;
            case 7: Skip(8); break;
            case 8: Skip(Unsigned()); break;
            case 9: List(type?[1..], depth); break;
            case 12: Structure(type?[1..], depth + 1); break;
            default: throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"its metadata is damaged: {wire} is no type."));
        }
    }

    private void List(string? type, int depth)
    {
        byte header = Byte();
        ulong count = header >> 4 == 15 ? Unsigned() : (ulong)(header >> 4);
        int wire = header & 15;
        if (count > (ulong)(_bytes.Length - _at)) throw new EndOfStreamException();
        if (count > 0 && type is not null && !Matches(type[0], wire))
            throw new InvalidDataException("its metadata is damaged: a list has elements of another type.");
        if (count > 0 && wire is 1 or 2) throw new InvalidDataException("its metadata is damaged: a list has elements of another type.");
        for (ulong i = 0; i < count; i++) Value(type, wire, depth + 1);
    }

    private static bool Matches(char type, int wire) => type switch
    {
        'v' => wire is 4 or 5 or 6,
        'b' => wire == 8,
        'd' => wire == 7,
        'y' => wire == 3,
        't' => wire is 1 or 2,
        's' => wire == 12,
        _ => wire == 9,
    };

    private byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw new EndOfStreamException();

    private void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _at)) throw new EndOfStreamException();
        _at += (int)count;
    }

    private ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }
        throw new InvalidDataException("its metadata is damaged: a number has too many bytes.");
    }

    private long Integer()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
