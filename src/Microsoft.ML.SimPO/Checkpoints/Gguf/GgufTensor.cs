using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>Where a tensor lies in a GGUF file.</summary>
/// <param name="Name">As the file has it.</param>
/// <param name="Shape">Its sizes, row-major, as Hugging Face has them: the file writes them the other way round.</param>
/// <param name="Codec">How its numbers are stored.</param>
/// <param name="Offset">Bytes from the start of the file.</param>
internal sealed record GgufTensor(string Name, long[] Shape, BlockCodec Codec, long Offset)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Elements that lie together.</summary>
    public long RowLength => Shape[^1];

    /// <summary>Bytes it takes.</summary>
    public long ByteLength => Count / Codec.Elements * Codec.Bytes;

    /// <summary>Bytes of a row.</summary>
    public long RowBytes => RowLength / Codec.Elements * Codec.Bytes;
}
