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
        using ArrowStreamReader reader = Guard(() =>
        {
            ArrowMetadata.CheckLength(stream, isStream);
            return Open(stream, new BoundedAllocator(stream.Length));
        });
        Guard(() => ArrowMetadata.CheckSchema(reader));
        long row = 0;
        while (Guard(reader.ReadNextRecordBatch) is { } batch)
        {
            using (batch)
            {
                ArrowBatch columns = Guard(() => new ArrowBatch(batch, wanted));
                for (int i = 0; i < batch.Length; i++)
                    yield return columns.Row(i, new RowLocation(Name, ++row, 0));
            }
        }
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
        catch (Exception error) when (error is not ThreadInterruptedException)
        {
            throw new InvalidDataException($"{Name} is damaged Arrow data: {error.Message}", error);
        }
    }
}
