namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// JSON Lines: an object a line, blank lines passed over. A line may also hold several objects, one after the other (where a line end was lost) or in a list:
/// each is a row.
/// </summary>
internal sealed class JsonLinesSource(InputFile file, int maxRowBytes) : IRowSource
{
    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using Stream stream = TextEncodings.ToUtf8(file.Open());
        var lines = new LineReader(stream, maxRowBytes);
        var parser = new JsonRowParser(wanted);
        var more = new List<FieldRecord>();
        long row = 1;
        while (NextRow(lines, parser, row, more) is { } next)
        {
            yield return next;
            row++;
            foreach (FieldRecord fields in more) yield return new SourceRow(fields, null, next.Location with { Row = row++ });
        }
    }

    private SourceRow? NextRow(LineReader lines, JsonRowParser parser, long row, List<FieldRecord> more)
    {
        more.Clear();
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            var location = new RowLocation(Name, row, lines.LineNumber);
            if (lines.TooLong) return new SourceRow(null, RowFault.Malformed(Sizes.RowTooLong(maxRowBytes)), location);
            if (line.IndexOfAnyExcept(" \t"u8) < 0) continue;
            try
            {
                return new SourceRow(parser.ParseRows(line, more), null, location);
            }
            catch (FormatException error)
            {
                return new SourceRow(null, RowFault.Malformed(error.Message), location);
            }
        }
        return null;
    }
}
