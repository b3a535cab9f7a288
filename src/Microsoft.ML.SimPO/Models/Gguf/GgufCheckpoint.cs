using System.Numerics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>
/// The weights of a GGUF file under their Hugging Face names and as Hugging Face has them: decoded, their rows in order, without the 1 of Gemma's norms.
/// </summary>
internal sealed unsafe class GgufCheckpoint : Checkpoint
{
    private const int BlockElements = 1 << 17;

    private const long ParallelFrom = 1 << 20;

    private const int MostThreads = 8;

    private readonly GgufFile _file;
    private readonly IReadOnlyDictionary<string, Part> _parts;
    private readonly bool _addsOne;

    private readonly GgufNames _names;

    private GgufCheckpoint(GgufFile file, GgufNames names, IReadOnlyDictionary<string, Part> parts, bool addsOne)
        : base(file.Path, parts.ToDictionary(p => p.Key, p => EntryOf(p.Key, file.Path, p.Value.Tensor, p.Value.Shape), StringComparer.Ordinal)) =>
        (_file, _names, _parts, _addsOne) = (file, names, parts, addsOne);

    /// <param name="path">A GGUF file.</param>
    /// <param name="config">The configuration that was read of it.</param>
    public static GgufCheckpoint Open(string path, ModelConfig config)
    {
        GgufFile file = GgufFile.Open(path);
        try
        {
            GgufFamily family = GgufFamilies.Of(file.Metadata);
            ModelFamily row = ModelFamilies.Of(config);
            DecoderArchitecture architecture = row.Read(config);
            if (architecture.LeastTensors() > 2L * file.Tensors.Count)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"'{file.Path}' holds {file.Tensors.Count} tensors, but key '{family.Architecture}.block_count' ")
                    + FormattableString.Invariant($"asks for {architecture.Layers.Count} layers."));
            var names = new GgufNames(architecture, row.Names, family.TurnsPairs);
            return new GgufCheckpoint(file, names, PartsOf(file, names), architecture.NormAddsOne);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override void Dispose() => _file.Dispose();

    private protected override string Called(string name) => Faults.Quote(_names.Of(name)?.Name ?? name);

    private protected override void Read(List<(TensorEntry Entry, TensorTarget Target)> tensors, CancellationToken cancellationToken)
    {
        var pieces = new List<(Part Part, long Row, long Rows, nint Destination)>();
        long total = 0;
        foreach ((TensorEntry entry, TensorTarget target) in tensors.OrderBy(t => _parts[t.Entry.Name].Tensor.Offset))
        {
            Part part = _parts[entry.Name];
            long rows = part.Tensor.Count / part.Tensor.RowLength, some = Math.Max(1, BlockElements / part.Tensor.RowLength);
            for (long row = 0; row < rows; row += some) pieces.Add((part, row, Math.Min(some, rows - row), target.Destination));
            total += target.Count;
        }
        int threads = total < ParallelFrom ? 1 : Math.Min(MostThreads, Environment.ProcessorCount);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, pieces.Count, options, static () => new Buffers(), (i, _, buffers) =>
            {
                Read(pieces[i].Part, pieces[i].Row, pieces[i].Rows, pieces[i].Destination, buffers);
                return buffers;
            }, static _ => { });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // the first one speaks for all, as in a plain loop
        }
    }

    private void Read(Part part, long row, long rows, nint destination, Buffers buffers)
    {
        GgufTensor tensor = part.Tensor;
        int length = checked((int)tensor.RowLength), count = checked((int)(rows * length)), bytes = checked((int)(rows * tensor.RowBytes));
        Span<byte> stored = buffers.Bytes(bytes);
        fixed (byte* first = stored) _file.Read(first, bytes, tensor.Offset + (row * tensor.RowBytes));
        float* place = (float*)destination + (row * length);
        if (part.Heads == 0) FreshMemory.Populate((nint)place, (long)count * sizeof(float));
        Span<float> values = part.Heads == 0 ? new Span<float>(place, count) : buffers.Values(count);
        tensor.Codec.Decode(stored, values);
        if (!AreFinite(values))
            throw new InvalidDataException(
                $"'{Path}': tensor {Faults.Quote(tensor.Name)}, stored as {tensor.Codec.Name}, holds what is no finite number: it is damaged.");
        if (_addsOne && tensor.Name.EndsWith("norm.weight", StringComparison.Ordinal))
            for (int i = 0; i < values.Length; i++) values[i] -= 1;
        if (part.Heads == 0) return;
        long headRows = tensor.Count / length / part.Heads;
        for (int i = 0; i < rows; i++)
            values.Slice(i * length, length).CopyTo(new Span<float>((float*)destination + (RowOf(row + i, headRows) * length), length));
    }

    /// <summary>Where a row of a head belongs: rows j and j + d/2 stand beside each other in the file.</summary>
    private static long RowOf(long row, long headRows)
    {
        (long head, long place) = Math.DivRem(row, headRows);
        return (head * headRows) + (place / 2) + (place % 2 == 0 ? 0 : headRows / 2);
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<int> bits = MemoryMarshal.Cast<float, int>(values);
        const int exponent = 0x7F800000;
        int i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
            if (Vector.EqualsAny(new Vector<int>(bits[i..]) & new Vector<int>(exponent), new Vector<int>(exponent))) return false;
        for (; i < bits.Length; i++)
            if ((bits[i] & exponent) == exponent) return false;
        return true;
    }

    private static Dictionary<string, Part> PartsOf(GgufFile file, GgufNames names)
    {
        Dictionary<string, (string Tensor, int Heads)> known = names.All.ToDictionary(n => n.Name, n => (n.Tensor, n.Heads), StringComparer.Ordinal);
        var parts = new Dictionary<string, Part>(StringComparer.Ordinal);
        foreach (GgufTensor tensor in file.Tensors)
        {
            if (tensor.Name is GgufNames.RotaryFactors or GgufNames.LongFactors or GgufNames.ShortFactors) continue; // the configuration has them
            (string name, int heads) = known.GetValueOrDefault(tensor.Name, (tensor.Name, 0));
            if (heads > 0) CheckHeads(file, tensor, heads);
            var part = new Part(heads > 0 && tensor.Shape.Length == 1 ? tensor with { Shape = [tensor.Count, 1] } : tensor, heads, tensor.Shape);
            if (!parts.TryAdd(name, part))
                throw new InvalidDataException($"'{file.Path}': tensor {Faults.Quote(tensor.Name)} has the name that another has in Hugging Face's layout.");
        }
        return parts;
    }

    private static void CheckHeads(GgufFile file, GgufTensor tensor, int heads)
    {
        long rows = tensor.Shape.Length == 1 ? tensor.Count : tensor.Count / tensor.RowLength;
        if (rows % (2 * heads) == 0 && (tensor.Shape.Length > 1 || tensor.Codec.Elements == 1)) return;
        throw new InvalidDataException(FormattableString.Invariant(
            $"'{file.Path}': tensor {Faults.Quote(tensor.Name)}, {tensor.Codec.Name} of shape {Faults.Describe(tensor.Shape)}, ")
            + FormattableString.Invariant($"does not have the rows of {heads} heads."));
    }

    private static TensorEntry EntryOf(string name, string path, GgufTensor tensor, long[] shape) =>
        new(name, CheckpointType.Float32, shape, path, tensor.Offset, tensor.Count * sizeof(float));

    /// <param name="Tensor">Where it lies; a bias whose numbers are in another order has a row for each.</param>
    /// <param name="Heads">So many heads' rows are in llama.cpp's order; 0 for none.</param>
    /// <param name="Shape">As the file has it.</param>
    private readonly record struct Part(GgufTensor Tensor, int Heads, long[] Shape);

    /// <summary>What one thread reads and decodes into.</summary>
    private sealed class Buffers
    {
        private byte[] _bytes = [];
        private float[] _values = [];

        public Span<byte> Bytes(int count) => Sized(ref _bytes, count);

        public Span<float> Values(int count) => Sized(ref _values, count);

        private static Span<T> Sized<T>(ref T[] buffer, int count)
        {
            if (buffer.Length < count) buffer = new T[count];
            return buffer.AsSpan(0, count);
        }
    }
}
