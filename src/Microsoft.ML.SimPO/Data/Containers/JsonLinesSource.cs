namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>JSON Lines: one object a line, blank lines passed over.</summary>
internal sealed class JsonLinesSource(InputFile file, int maxRowBytes) : IRowSource
{
    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using Stream stream = TextEncodings.ToUtf8(file.Open());
        var lines = new LineReader(stream, maxRowBytes);
        var parser = new JsonRowParser(wanted);
        for (long row = 1; NextRow(lines, parser, row) is { } next; row++) yield return next;
    }

    private SourceRow? NextRow(LineReader lines, JsonRowParser parser, long row)
    {
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            var location = new RowLocation(Name, row, lines.LineNumber);
            if (lines.TooLong) return new SourceRow(null, RowFault.Malformed(Sizes.RowTooLong(maxRowBytes)), location);
            if (line.IndexOfAnyExcept(" \t"u8) < 0) continue;
            try
            {
                return new SourceRow(parser.ParseRow(line), null, location);
            }
            catch (FormatException error)
            {
                return new SourceRow(null, RowFault.Malformed(error.Message), location);
            }
        }
        return null;
    }
}
