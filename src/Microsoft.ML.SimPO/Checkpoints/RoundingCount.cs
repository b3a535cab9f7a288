namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Counts how many values tuning changed and rounding to bfloat16 puts back: a step of bfloat16 is a 256th of the value, most updates are smaller.
/// </summary>
/// <param name="source">The weights before tuning; tensors that it has not, or in another size, are not counted.</param>
internal sealed unsafe class RoundingCount(CheckpointReader source)
{
    private float[] _values = [];
    private ushort[] _rounded = [];

    /// <summary>Values that are not what they were.</summary>
    public long Changed { get; private set; }

    /// <summary>Those among them that bfloat16 cannot tell from what they were.</summary>
    public long PutBack { get; private set; }

    /// <summary>Counts a part of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="start">Its first element that is given.</param>
    /// <param name="values">The values before rounding.</param>
    /// <param name="rounded">The same in bfloat16.</param>
    /// <param name="count">Their number.</param>
    public void Add(TensorSource tensor, long start, float* values, ushort* rounded, int count)
    {
        if (!source.Tensors.TryGetValue(tensor.Name, out TensorEntry? entry) || entry.Count != tensor.Count || !entry.Type.ConvertsToFloat32) return;
        if (_values.Length < count) (_values, _rounded) = (new float[count], new ushort[count]);
        fixed (float* before = _values)
        fixed (ushort* roundedBefore = _rounded)
        {
            source.ReadFloat32(tensor.Name, start, before, count);
            FloatConversion.ToBFloat16(before, roundedBefore, count);
            for (int i = 0; i < count; i++)
            {
                if (values[i] == before[i]) continue;
                Changed++;
                if (rounded[i] == roundedBefore[i]) PutBack++;
            }
        }
    }
}
