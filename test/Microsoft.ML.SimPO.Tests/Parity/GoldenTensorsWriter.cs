using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Writes what <see cref="GoldenTensors"/> reads: safetensors with float32 and int64.</summary>
internal sealed class GoldenTensorsWriter
{
    private readonly SortedDictionary<string, (string Type, long[] Shape, byte[] Bytes)> _tensors = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long[]> Shapes => _tensors.ToDictionary(t => t.Key, t => t.Value.Shape);

    public void Add(string name, long[] shape, float[] values) => _tensors[name] = ("F32", shape, MemoryMarshal.AsBytes<float>(values).ToArray());

    public void Add(string name, long[] shape, int[] values) =>
        _tensors[name] = ("I64", shape, MemoryMarshal.AsBytes<long>(Array.ConvertAll(values, v => (long)v)).ToArray());

    public void Save(string path)
    {
        long offset = 0;
        var header = new Dictionary<string, object>();
        foreach ((string name, (string type, long[] shape, byte[] bytes)) in _tensors)
            header[name] = new { dtype = type, shape, data_offsets = new[] { offset, offset += bytes.Length } };
        byte[] json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)(json.Length + 7) / 8 * 8));
        file.Write(json);
        file.Write(Encoding.UTF8.GetBytes(new string(' ', (8 - (json.Length % 8)) % 8)));
        foreach ((_, _, byte[] bytes) in _tensors.Values) file.Write(bytes);
    }
}
