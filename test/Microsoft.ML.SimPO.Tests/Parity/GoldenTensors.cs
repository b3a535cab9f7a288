using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The tensors of a golden file as arrays.</summary>
internal sealed class GoldenTensors(string path) : IDisposable
{
    private readonly CheckpointReader _reader = CheckpointReader.OpenFile(path);

    public IEnumerable<string> Names => _reader.Tensors.Keys;

    public bool Has(string name) => _reader.Tensors.ContainsKey(name);

    public float[] Floats(string name) => _reader.ReadFloat32(name);

    public unsafe int[] Integers(string name)
    {
        TensorEntry entry = _reader.Tensors[name];
        Assert.Equal(CheckpointType.Int64, entry.Type);
        long[] values = new long[entry.Count];
        fixed (long* target = values) _reader.ReadRaw(name, target, entry.ByteLength);
        return [.. values.Select(v => checked((int)v))];
    }

    public void Dispose() => _reader.Dispose();
}
