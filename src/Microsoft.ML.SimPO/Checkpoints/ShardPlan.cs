using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>How tensors are dealt out to files: in their order, a file as full as its limit allows.</summary>
internal sealed class ShardPlan
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CheckpointType _type;

    /// <param name="tensors">In the order in which they are dealt out.</param>
    /// <param name="type">The type they are written in.</param>
    /// <param name="maxBytes">The most bytes of values in one file; a larger tensor gets a file of its own.</param>
    /// <exception cref="ArgumentException">There are no tensors, or two have the same name.</exception>
    public ShardPlan(IReadOnlyList<TensorSource> tensors, CheckpointType type, long maxBytes)
    {
        if (tensors.Count == 0) throw new ArgumentException("There are no tensors to write.", nameof(tensors));
        if (tensors.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Two tensors are named '{twice.Key}'.", nameof(tensors));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        _type = type;
        var shards = new List<List<TensorSource>>();
        long filled = 0;
        foreach (TensorSource tensor in tensors)
        {
            long bytes = BytesOf(tensor);
            if (shards.Count == 0 || bytes > maxBytes - filled)
            {
                shards.Add([]);
                filled = 0;
            }
            shards[^1].Add(tensor);
            filled += bytes;
        }
        Files = [.. shards.Select((shard, i) => (NameOf(i, shards.Count), (IReadOnlyList<TensorSource>)shard))];
    }

    /// <summary>The files, by name.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<TensorSource> Tensors)> Files { get; }

    /// <summary>The number of values in all files.</summary>
    public long Parameters => Files.Sum(f => f.Tensors.Sum(t => t.Count));

    /// <summary>The number of bytes in all files.</summary>
    public long Bytes => Files.Sum(f => f.Tensors.Sum(BytesOf));

    /// <summary>The content of <c>model.safetensors.index.json</c>.</summary>
    public byte[] WriteIndex()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, Indented))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_parameters", Parameters);
            json.WriteNumber("total_size", Bytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach ((string tensor, string file) in Files.SelectMany(f => f.Tensors.Select(t => (t.Name, f.Name)))
                .OrderBy(p => p.Item1, StringComparer.Ordinal))
                json.WriteString(tensor, file);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        memory.WriteByte((byte)'\n');
        return memory.ToArray();
    }

    private long BytesOf(TensorSource tensor) => tensor.Count * (tensor.OwnType ?? _type).Size;

    private static string NameOf(int index, int count) =>
        count == 1 ? CheckpointReader.SingleFileName : string.Create(CultureInfo.InvariantCulture, $"model-{index + 1:D5}-of-{count:D5}.safetensors");
}
