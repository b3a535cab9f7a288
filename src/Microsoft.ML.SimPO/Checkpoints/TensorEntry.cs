namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Where a tensor lies on disk.</summary>
/// <param name="Name">The name in the checkpoint.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its sizes, row-major; empty for a scalar.</param>
/// <param name="File">The full path of the file that holds it.</param>
/// <param name="Offset">Bytes from the start of that file.</param>
/// <param name="ByteLength">Bytes it takes: elements times the size of one.</param>
internal sealed record TensorEntry(string Name, CheckpointType Type, long[] Shape, string File, long Offset, long ByteLength)
{
    /// <summary>The number of elements.</summary>
    public long Count => (long)((Int128)ByteLength * 8 / Type.Bits);
}
