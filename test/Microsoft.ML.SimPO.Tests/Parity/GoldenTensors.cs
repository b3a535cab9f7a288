using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The tensors of a golden file as arrays.</summary>
internal sealed class GoldenTensors(string path) : IDisposable
{
    private readonly CheckpointReader _reader = CheckpointReader.OpenFile(path);

    public IEnumerable<string> Names => _reader.Tensors.Keys;

    public bool Has(string name) => _reader.Tensors.ContainsKey(name);

    public long[] Shape(string name) => _reader.Tensors[name].Shape;

    public bool IsInteger(string name) => _reader.Tensors[name].Type == CheckpointType.Int64;

    public float[] Floats(string name) => _reader.ReadFloat32(name);

    public unsafe int[] Integers(string name)
    {
        TensorEntry entry = _reader.Tensors[name];
        Assert.Equal(CheckpointType.Int64, entry.Type);
        long[] values = new long[entry.Count];
        fixed (long* target = values) _reader.ReadRaw(name, target, entry.ByteLength);
        return [.. values.Select(v => checked((int)v))];
    }

    /// <summary>Whether every tensor of a file is in another, with the same type, shape and bytes.</summary>
    public static bool AreIn(string whole, string part)
    {
        using CheckpointReader all = CheckpointReader.OpenFile(whole), some = CheckpointReader.OpenFile(part);
        return some.Tensors.Values.All(entry => all.Tensors.TryGetValue(entry.Name, out TensorEntry? other)
            && entry.Type == other.Type && entry.Shape.SequenceEqual(other.Shape) && Bytes(some, entry).AsSpan().SequenceEqual(Bytes(all, other)));
    }

    private static unsafe byte[] Bytes(CheckpointReader reader, TensorEntry entry)
    {
        byte[] bytes = new byte[entry.ByteLength];
        fixed (byte* target = bytes) reader.ReadRaw(entry.Name, target, entry.ByteLength);
        return bytes;
    }

    public void Dispose() => _reader.Dispose();
}
