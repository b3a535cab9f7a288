using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>Writes GGUF files: version 3, little-endian, tensors one after the other in the order of their table.</summary>
internal static class GgufWriter
{
    /// <summary>Writes to a file, which is complete and on the disk afterwards, or was never there.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="metadata">In the order of the file, each key once.</param>
    /// <param name="tensors">In the order of the file; each is asked for its values once, when its turn comes.</param>
    /// <param name="cancellationToken">Ends the work; the file stays as it was.</param>
    public static void Write(
        string path, IReadOnlyList<(string Key, GgufValue Value)> metadata, IReadOnlyList<GgufOutput> tensors, CancellationToken cancellationToken = default) =>
        AtomicFile.Write(path, stream =>
        {
            byte[] header = Header(metadata, tensors);
            stream.Write(header);
            using var sink = new GgufSink(stream, cancellationToken);
            foreach (GgufOutput tensor in tensors)
            {
                sink.Write(tensor);
                stream.Write(new byte[Aligned(tensor.ByteLength) - tensor.ByteLength]);
            }
        });

    private static byte[] Header(IReadOnlyList<(string Key, GgufValue Value)> metadata, IReadOnlyList<GgufOutput> tensors)
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(GgufFile.Magic);
            writer.Write(GgufFile.Version);
            writer.Write((ulong)tensors.Count);
            writer.Write((ulong)metadata.Count);
            foreach ((string key, GgufValue value) in metadata)
            {
                Write(writer, key);
                writer.Write((uint)value.Type);
                Write(writer, value);
            }
            long offset = 0;
            foreach (GgufOutput tensor in tensors)
            {
                Write(writer, tensor.Name);
                writer.Write((uint)tensor.Shape.Count);
                foreach (long size in tensor.Shape.Reverse()) writer.Write((ulong)size);
                writer.Write(tensor.Codec.Code);
                writer.Write((ulong)offset);
                offset += Aligned(tensor.ByteLength);
            }
        }
        bytes.SetLength(Aligned(bytes.Length));
        return bytes.ToArray();
    }

    private static void Write(BinaryWriter writer, GgufValue value)
    {
        if (value.Type != GgufValueType.Array) Write(writer, value.Type, value.Value);
        else
        {
            var list = (System.Collections.ICollection)value.Value;
            writer.Write((uint)value.Of!.Value);
            writer.Write((ulong)list.Count);
            foreach (object element in list) Write(writer, value.Of.Value, element);
        }
    }

    private static void Write(BinaryWriter writer, GgufValueType type, object value)
    {
        switch (type)
        {
            case GgufValueType.UInt32: writer.Write((uint)(long)value); break;
            case GgufValueType.Int32: writer.Write((int)(long)value); break;
            case GgufValueType.Float32: writer.Write(value is float number ? number : (float)(double)value); break;
            case GgufValueType.Bool: writer.Write((bool)value); break;
            case GgufValueType.String: Write(writer, (string)value); break;
            default: throw new ArgumentException($"Values of type {type} are read, and not written.", nameof(type));
        }
    }

    private static void Write(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static long Aligned(long length) => (length + GgufFile.DefaultAlignment - 1) / GgufFile.DefaultAlignment * GgufFile.DefaultAlignment;
}
