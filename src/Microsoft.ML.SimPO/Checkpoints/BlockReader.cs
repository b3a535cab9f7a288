using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Reads tensors as float32, block by block: into a buffer that stays in the processor's cache, and converted from there.</summary>
/// <param name="files">The open files by path.</param>
internal sealed unsafe class BlockReader(IReadOnlyDictionary<string, SafetensorsFile> files)
{
    private const int BlockElements = FloatConversion.BlockElements;
    private const long ParallelFrom = 1 << 20;
    private const int MostThreads = 8;

    /// <summary>Reads whole tensors in the order in which they lie on disk, on several threads where there are a million elements or more.</summary>
    public void Read(IEnumerable<(TensorEntry Entry, TensorTarget Target)> tensors, CancellationToken cancellationToken)
    {
        var blocks = new List<Block>();
        long total = 0;
        foreach ((TensorEntry entry, TensorTarget target) in tensors.OrderBy(t => t.Entry.File, StringComparer.Ordinal).ThenBy(t => t.Entry.Offset))
        {
            for (long start = 0; start < target.Count; start += BlockElements)
                blocks.Add(new Block(entry, start, (float*)target.Destination + start, (int)Math.Min(BlockElements, target.Count - start)));
            total += target.Count;
        }
        int threads = total < ParallelFrom ? 1 : Math.Min(MostThreads, Environment.ProcessorCount);
        try
        {
            Run(blocks, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken });
        }
        catch (AggregateException e)
        {
            // The first one speaks for all, as in a plain loop.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    /// <summary>Reads a part of a tensor on this thread.</summary>
    public void ReadPart(TensorEntry entry, long start, float* destination, long count)
    {
        using var buffer = new ReadBuffer();
        for (long done = 0; done < count; done += BlockElements)
            Read(new Block(entry, start + done, destination + done, (int)Math.Min(BlockElements, count - done)), buffer);
    }

    private void Run(List<Block> blocks, ParallelOptions options) =>
        Parallel.For(0, blocks.Count, options, static () => new ReadBuffer(), (i, _, buffer) =>
        {
            Read(blocks[i], buffer);
            return buffer;
        }, static buffer => buffer.Dispose());

    private void Read(Block block, ReadBuffer buffer)
    {
        CheckpointType type = block.Entry.Type;
        FreshMemory.Populate((nint)block.Destination, (long)block.Count * sizeof(float));
        void* source = type == CheckpointType.Float32 ? block.Destination : buffer.Pointer;
        files[block.Entry.File].Read(source, (long)block.Count * type.Size, block.Entry.Offset + block.Start * type.Size);
        FloatConversion.From(type, source, block.Destination, block.Count);
    }

    private readonly struct Block(TensorEntry entry, long start, float* destination, int count)
    {
        public TensorEntry Entry => entry;

        /// <summary>The first element in the tensor.</summary>
        public long Start => start;

        public float* Destination => destination;

        public int Count => count;
    }
}
