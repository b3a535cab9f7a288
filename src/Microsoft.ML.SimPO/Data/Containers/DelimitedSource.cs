using System.Text;
using System.Text.Unicode;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>CSV or TSV with a header line; every field is text.</summary>
/// <param name="file">The file.</param>
/// <param name="separator">What parts the fields; null to find it out from the header.</param>
/// <param name="maxRowBytes">Longest record.</param>
internal sealed class DelimitedSource(InputFile file, char? separator, int maxRowBytes) : IRowSource
{
    private const int MaxColumns = 1000;

    private static readonly byte[] Separators = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using Stream stream = TextEncodings.ToUtf8(file.Open());
        var reader = new DelimitedReader(stream, maxRowBytes);
        string[] names = Header(reader);
        if (names.Length > MaxColumns) throw new InvalidDataException($"{Name}: expected at most {MaxColumns} columns, but its header has {names.Length}.");
        reader.Expected = names.Length;
        for (long row = 1; Guard(reader.TryRead); row++) yield return Row(reader, names, wanted, new RowLocation(Name, row, reader.Line));
    }

    private string[] Header(DelimitedReader reader)
    {
        if (!Guard(reader.TryRead)) return [];
        byte? known = (byte?)separator;
        // Excel's own way to say it: a first line `sep=;`.
        if (reader.FieldCount <= 2 && Field(reader, 0).StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && reader.RecordLength is >= 5 and <= 7)
        {
            known = Field(reader, 0) is [_, _, _, _, var given] ? (byte)given : reader.Separator;
            if (!Guard(reader.TryRead)) return [];
        }
        reader.ReadAgain(known ?? Separators.MaxBy(candidate => Fields(reader, candidate)));
        return Enumerable.Range(0, reader.FieldCount).Select(index => Field(reader, index)).ToArray();
    }

    private static int Fields(DelimitedReader reader, byte candidate)
    {
        reader.ReadAgain(candidate);
        return reader.FieldCount;
    }

    private string Field(DelimitedReader reader, int index)
    {
        ReadOnlySpan<byte> bytes = reader.Field(index);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new InvalidDataException($"{Name}: {StrictText.Describe("its header", bytes)}");
    }

    private SourceRow Row(DelimitedReader reader, string[] names, FieldSelection wanted, RowLocation location)
    {
        if (reader.RecordLength > maxRowBytes) return Malformed(Sizes.RowTooLong(maxRowBytes));
        if (reader.Fault != DelimitedFault.None) return Malformed(Describe(reader.Fault));
        if (reader.FieldCount != names.Length) return Malformed($"A row must have {names.Length} fields like the header, but has {reader.FieldCount}.");
        var values = new FieldValue[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (!wanted.Wants(names[i])) continue;
            ReadOnlySpan<byte> field = reader.Field(i);
            if (!Utf8.IsValid(field)) return Malformed(StrictText.Describe($"`{names[i]}`", field));
            string text = Encoding.UTF8.GetString(field);
            // Where fields are parted by semicolons, the comma is free for decimals.
            values[i] = reader.Separator == ';' ? FieldValue.OfLocal(text) : FieldValue.Of(text);
        }
        return new SourceRow(new FieldRecord(names, values), null, location);

        SourceRow Malformed(string message) => new(null, RowFault.Malformed(message), location);
    }

    private static string Describe(DelimitedFault fault) => fault == DelimitedFault.UnterminatedQuote
        ? "A quoted field must end with a quote, but the file ends first."
        : "A quoted field must end at its closing quote, but text follows it.";

    private bool Guard(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(Name, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{Name} is not readable as CSV: {error.Message}", error);
        }
    }
}
