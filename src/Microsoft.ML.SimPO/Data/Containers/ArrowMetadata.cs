using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Checks what an Arrow file says of itself before its rows are read. The Arrow library follows a nested schema by recursion, as deep as it
/// goes.
/// </summary>
internal static class ArrowMetadata
{
    private const int MaxBytes = 4 << 20;
    private const int MaxDepth = 16;

    // A level of nesting takes at least 24 bytes of metadata, and some 400 bytes of stack: 4 MiB can nest 175,000 deep.
    private const int SchemaStack = 256 << 20;

    /// <exception cref="InvalidDataException">The schema (of a stream) or the footer (of a file) is longer than any data set's, or than the
    /// file.</exception>
    public static void CheckLength(FileStream file, bool isStream)
    {
        const int trailer = 10; // length, then "ARROW1"
        Span<byte> bytes = stackalloc byte[4];
        if (file.Length < trailer + 8) throw new InvalidDataException($"the file has only {file.Length} bytes.");
        file.Position = isStream ? 4 : file.Length - trailer;
        file.ReadExactly(bytes);
        file.Position = 0;
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is < 0 or > MaxBytes || length > file.Length)
        {
            throw new InvalidDataException($"its {(isStream ? "schema" : "footer")} is declared to have {Sizes.Text((uint)length)}; " +
                $"at most {Sizes.Text(MaxBytes)}, and no more than the file, are read.");
        }
    }

    /// <summary>Reads the schema where there is stack enough, and refuses one that is nested deep. Returns true.</summary>
    public static bool CheckSchema(ArrowStreamReader reader)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Capture(() => CheckDepth(reader.Schema)), SchemaStack);
        thread.Start();
        thread.Join();
        return failure is null ? true : throw new InvalidDataException(failure.Message, failure);
    }

    private static Exception? Capture(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static void CheckDepth(Schema schema)
    {
        if (schema is null) throw new InvalidDataException("it has no schema.");
        var open = new Stack<(IArrowType Type, int Depth)>(schema.FieldsList.Select(field => (field.DataType, 1)));
        while (open.TryPop(out (IArrowType Type, int Depth) next))
        {
            if (next.Depth > MaxDepth) throw new InvalidDataException($"its schema is nested deeper than {MaxDepth}.");
            if (next.Type is NestedType nested) foreach (Field field in nested.Fields) open.Push((field.DataType, next.Depth + 1));
            if (next.Type is DictionaryType dictionary) open.Push((dictionary.ValueType, next.Depth + 1));
        }
    }
}
