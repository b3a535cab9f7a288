using System.Text;
using System.Text.Unicode;
using CsvHelper;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>CSV or TSV with a header line; every field is text.</summary>
/// <param name="file">The file.</param>
/// <param name="separator">What parts the fields; null to find it out from the header.</param>
/// <param name="maxRowBytes">Longest record.</param>
internal sealed class DelimitedSource(InputFile file, char? separator, int maxRowBytes) : IRowSource
{
    private const int MaxColumns = 1000;

    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using Stream stream = TextEncodings.ToUtf8(file.Open());
        string? damage = null;
        var options = new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = true,
            TrackLineNumbers = true,
            MaxRecordSize = maxRowBytes,
            OnMalformedRecord = record => damage = Describe(record.Reason),
        };
        using CsvReader reader = Guard(() => CsvReader.Create(stream, options, leaveOpen: true));
        string[] names = Guard(() => reader.Headers ?? []).ToArray();
        if (names.Length > MaxColumns) throw new InvalidDataException($"{Name}: expected at most {MaxColumns} columns, but its header has {names.Length}.");
        for (long row = 1; Guard(reader.Read); row++)
        {
            if (reader.RawRecord.Length > maxRowBytes) damage = Sizes.RowTooLong(maxRowBytes);
            yield return Row(reader, names, wanted, new RowLocation(Name, row, reader.LineNumber), damage);
            damage = null;
        }
    }

    private static SourceRow Row(CsvReader reader, string[] names, FieldSelection wanted, RowLocation location, string? damage)
    {
        if (damage is not null) return new SourceRow(null, RowFault.Malformed(damage), location);
        if (reader.FieldCount != names.Length)
            return new SourceRow(null, RowFault.Malformed($"A row must have {names.Length} fields like the header, but has {reader.FieldCount}."), location);
        var values = new FieldValue[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!wanted.Wants(names[i])) continue;
            ReadOnlySpan<byte> field = reader.GetSpan(i);
            if (!Utf8.IsValid(field)) return new SourceRow(null, RowFault.Malformed($"`{names[i]}` must be UTF-8, but holds other bytes."), location);
            values[i] = FieldValue.Of(Encoding.UTF8.GetString(field));
        }
        return new SourceRow(new FieldRecord(names, values), null, location);
    }

    private static string Describe(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "A quoted field must end with a quote, but the file ends first.",
        CsvMalformedReason.TextAfterClosingQuote => "A quoted field must end at its closing quote, but text follows it.",
        CsvMalformedReason.StrayQuote => "A field with a quote in it must be quoted as a whole and its quotes doubled, but one is not.",
        _ => $"A row must be well-formed CSV, but is not ({reason}).",
    };

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException error)
        {
            throw new InvalidDataException($"{Name} is not readable as CSV: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"{Name} is not readable as CSV: {error.Message}", error);
        }
    }
}
