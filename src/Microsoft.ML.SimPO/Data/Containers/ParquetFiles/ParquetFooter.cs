using System.Buffers.Binary;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Checks a Parquet file's end before it is believed.</summary>
internal static class ParquetFooter
{
    private const int MaxBytes = 32 << 20;
    private const int MaxColumns = 10_000;
    private const int MaxSchemaDepth = 32;

    /// <exception cref="InvalidDataException">The footer is cut off, damaged, or describes a schema that no data set has.</exception>
    public static void Check(FileStream file)
    {
        Span<byte> tail = stackalloc byte[8];
        if (file.Length < 12) throw new InvalidDataException($"expected a Parquet footer, but the file has only {file.Length} bytes.");
        file.Position = file.Length - 8;
        file.ReadExactly(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException("expected `PAR1` at its end; the file is cut off or not Parquet.");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > MaxBytes)
            throw new InvalidDataException($"its footer must be at most {Sizes.Text(MaxBytes)} long, but is declared to have {Sizes.Text(length)}.");
        if (length > file.Length - 12) throw new InvalidDataException($"its footer is declared to have {Sizes.Text(length)}, more than the file.");
        var footer = new byte[length];
        file.Position = file.Length - 8 - length;
        file.ReadExactly(footer);
        var guard = new ThriftGuard(footer);
        try
        {
            guard.Walk(ThriftStructs.Footer);
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException("its footer is damaged: it does not end where it should.", error);
        }
        CheckSchema(guard.SchemaChildren);
    }

    private static void CheckSchema(List<long> children)
    {
        if (children.Count is < 2 or > MaxColumns)
            throw new InvalidDataException($"its schema must have 1 to {MaxColumns} fields, but has {children.Count - 1}.");
        var open = new Stack<long>();
        for (int i = 0; i < children.Count; i++)
        {
            if (i > 0)
            {
                while (open.Count > 0 && open.Peek() == 0) open.Pop();
                if (open.Count == 0) throw new InvalidDataException("its schema is damaged: it has more fields than it declares.");
                open.Push(open.Pop() - 1);
            }
            if (children[i] < 0 || children[i] > children.Count - i)
                throw new InvalidDataException("its schema is damaged: it declares more fields than it has.");
            if (children[i] > 0 || i == 0) open.Push(children[i]);
            if (open.Count > MaxSchemaDepth) throw new InvalidDataException($"its schema is nested deeper than {MaxSchemaDepth}.");
        }
        if (open.Any(left => left > 0)) throw new InvalidDataException("its schema is damaged: it declares more fields than it has.");
    }
}
