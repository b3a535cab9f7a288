using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Memory;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Arrow: files (also Feather, version 2) and streams, a record batch at a time.</summary>
internal sealed class ArrowSource(InputFile file, bool isStream) : IRowSource
{
    public string Name => file.Name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        using FileStream stream = file.OpenRaw();
        ReadingBudget budget = file.BudgetOf(stream);
        using ArrowStreamReader reader = Guard(() =>
        {
            ArrowMetadata.CheckLength(stream, isStream);
            return Open(stream, new BoundedAllocator(stream.Length, budget));
        });
        bool dictionaries = Guard(() => ArrowMetadata.CheckSchema(reader));
        long row = 0;
        while (Guard(() => Next(reader, budget)) is { } batch)
        {
            // Batches share their dictionaries, to which later ones may add: the collector frees them.
            using (dictionaries ? null : batch)
            {
                ArrowBatch columns = Guard(() => new ArrowBatch(batch, wanted, file.MaxRowBytes));
                for (int i = 0; i < batch.Length; i++)
                {
                    SourceRow next = columns.Row(i, new RowLocation(Name, ++row, 0));
                    budget.Spend(next.Fields is { } fields ? FieldValue.Of(fields).Characters : 1); // values that stand there once may be in many rows
                    yield return next;
                }
            }
        }
    }

    private static RecordBatch? Next(ArrowStreamReader reader, ReadingBudget budget)
    {
        budget.HoldNothing(); // the batch before is gone
        return reader.ReadNextRecordBatch();
    }

    private ArrowStreamReader Open(FileStream stream, MemoryAllocator allocator) => isStream
        ? new ArrowStreamReader(stream, allocator, new CompressionCodecFactory(), leaveOpen: true)
        : new ArrowFileReader(stream, allocator, new CompressionCodecFactory(), leaveOpen: true);

    // Damaged Arrow data surfaces as whatever exception the reader's offsets lead to.
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is not ThreadInterruptedException && !ReadingBudget.IsCause(error))
        {
            throw new InvalidDataException($"{Name} is damaged Arrow data: {error.Message}", error);
        }
    }
}
