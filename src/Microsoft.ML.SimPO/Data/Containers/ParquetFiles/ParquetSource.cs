using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Parquet, read page by page: memory is a page of each column that is wanted, however large the row groups are.</summary>
internal sealed class ParquetSource(InputFile file) : IRowSource
{
    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using FileStream stream = file.OpenRaw();
        ReadingBudget budget = file.BudgetOf(stream);
        using var overlay = new OverlayStream(stream);
        ParquetReader reader = Guard(() => Open(stream, overlay));
        List<ParquetNode> fields = Guard(() => ParquetNode.Read(reader.Metadata!.Schema));
        DataField[] leaves = Guard(() => reader.Schema.DataFields);
        long row = 0;
        for (int g = 0; g < reader.RowGroupCount; g++)
        {
            budget.HoldNothing(); // pages of the group before are gone
            ParquetRowGroupReader group = reader.OpenRowGroupReader(g);
            ParquetAssembler rows = Guard(() => Assemble(stream, budget, overlay, group, fields, leaves, wanted));
            if (group.RowCount < 0 || group.RowCount > ParquetPages.MaxValues(stream))
                throw Damaged(new InvalidDataException($"row group {g} is declared to hold {group.RowCount} rows, more than the file can."));
            for (long i = 0; i < group.RowCount; i++)
            {
                FieldRecord fieldsOfRow = Guard(() => rows.Row(wanted));
                long characters = FieldValue.Of(fieldsOfRow).Characters;
                budget.Spend(characters); // a value of a dictionary stands there once, and in any number of rows
                var location = new RowLocation(Name, ++row, 0);
                yield return characters <= file.MaxRowBytes
                    ? new SourceRow(fieldsOfRow, null, location) : new SourceRow(null, RowFault.Malformed(Sizes.RowTooLong(file.MaxRowBytes)), location);
            }
        }
    }

    private static ParquetReader Open(FileStream stream, OverlayStream overlay)
    {
        ParquetFooter.Check(stream);
        ParquetReader reader = ParquetReader.CreateAsync(overlay, new ParquetOptions { TreatByteArrayAsString = true }).GetAwaiter().GetResult();
        if (reader.Metadata!.EncryptionAlgorithm is not null) throw new InvalidDataException("it is encrypted.");
        return reader;
    }

    private static ParquetAssembler Assemble(
        FileStream stream, ReadingBudget budget, OverlayStream overlay, ParquetRowGroupReader group, List<ParquetNode> fields, DataField[] leaves,
        FieldSelection wanted)
    {
        ParquetNode[] kept = fields.Where(field => wanted.Wants(field.Name)).ToArray();
        var names = kept.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        var columns = new Dictionary<string, ParquetColumn>(StringComparer.Ordinal);
        var others = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DataField leaf in leaves)
        {
            List<string> path = leaf.Path.ToList();
            if (!names.Contains(path[0])) continue;
            if (ParquetColumns.Open(stream, budget, overlay, group, leaf) is { } column) columns[string.Join('/', path)] = column;
            else others[string.Join('/', path)] = ParquetColumns.NameOf(leaf);
        }
        return new ParquetAssembler(kept, columns, others);
    }

    private InvalidDataException Damaged(Exception error) => new($"{Name} is not readable as Parquet: {error.Message}", error);

    // Damaged Parquet surfaces as whatever exception the library's offsets lead to.
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not ThreadInterruptedException && !ReadingBudget.IsCause(error))
        {
            throw Damaged(error);
        }
    }
}
