using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>A tensor on its way into a GGUF file.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="Source">Its values, as Hugging Face has them.</param>
/// <param name="Codec">How they are stored.</param>
/// <param name="Heads">
/// So many heads whose rows are written in llama.cpp's order, in which the two that are turned with each other stand beside each other; 0 for none.
/// </param>
/// <param name="AddsOne">Whether 1 is added to each value.</param>
internal sealed record GgufOutput(string Name, TensorSource Source, BlockCodec Codec, int Heads = 0, bool AddsOne = false)
{
    public IReadOnlyList<long> Shape => Source.Shape;

    public long RowLength => Shape.Count > 1 ? Shape[^1] : 1;

    public long ByteLength => Source.Count / Codec.Elements * Codec.Bytes;

    /// <summary>Rows of a head; 0 where they stay in their order.</summary>
    public long HeadRows => Heads == 0 ? 0 : Source.Count / RowLength / Heads;
}
