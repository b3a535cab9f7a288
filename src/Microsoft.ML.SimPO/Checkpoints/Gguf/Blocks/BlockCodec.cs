using System.Buffers.Binary;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

/// <summary>How numbers of a GGUF file are stored: so many of them in a block of so many bytes. Computed in float32, in the order of ggml's own code.</summary>
/// <param name="name">What ggml calls it.</param>
/// <param name="code">What a file calls it.</param>
/// <param name="elements">Numbers in a block.</param>
/// <param name="bytes">Bytes of a block.</param>
internal abstract class BlockCodec(string name, uint code, int elements, int bytes)
{
    public string Name => name;

    public uint Code => code;

    public int Elements => elements;

    public int Bytes => bytes;

    /// <summary>Reads any number of blocks.</summary>
    public virtual void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int i = 0; i * bytes < blocks.Length; i++) DecodeBlock(blocks.Slice(i * bytes, bytes), values.Slice(i * elements, elements));
    }

    /// <summary>Writes any number of blocks.</summary>
    /// <exception cref="InvalidOperationException">The kind is only read.</exception>
    public virtual void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (int i = 0; i * elements < values.Length; i++) EncodeBlock(values.Slice(i * elements, elements), blocks.Slice(i * bytes, bytes));
    }

    public override string ToString() => name;

    protected abstract void DecodeBlock(ReadOnlySpan<byte> block, Span<float> values);

    protected virtual void EncodeBlock(ReadOnlySpan<float> values, Span<byte> block) =>
        throw new InvalidOperationException($"{name} is read, and not written.");

    /// <summary>A float16 of a block.</summary>
    protected static float Half(ReadOnlySpan<byte> block, int at) => (float)BinaryPrimitives.ReadHalfLittleEndian(block[at..]);

    protected static void WriteHalf(Span<byte> block, int at, float value) => BinaryPrimitives.WriteHalfLittleEndian(block[at..], (Half)value);

    /// <summary>Of 32 numbers of four bits: the low half of a byte is one of the first 16, its high half one of the last.</summary>
    protected static int Nibble(ReadOnlySpan<byte> halves, int i) => i < 16 ? halves[i] & 15 : halves[i - 16] >> 4;
}
