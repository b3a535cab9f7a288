namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>A JSON array of objects, or objects one after the other.</summary>
internal sealed class JsonSource(InputFile file, int maxRowBytes) : IRowSource
{
    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using Stream stream = TextEncodings.ToUtf8(file.Open());
        var values = new JsonValueReader(stream, Name, maxRowBytes);
        var parser = new JsonRowParser(wanted);
        while (NextRow(values, parser) is { } next) yield return next;
    }

    private SourceRow? NextRow(JsonValueReader values, JsonRowParser parser)
    {
        if (!values.TryRead(out ReadOnlySpan<byte> value)) return null;
        var location = new RowLocation(Name, values.Row, values.Line);
        try
        {
            return new SourceRow(parser.ParseRow(value), null, location);
        }
        catch (FormatException error)
        {
            return new SourceRow(null, RowFault.Malformed(error.Message), location);
        }
    }
}
