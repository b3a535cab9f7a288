using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a safetensors file as Hugging Face does: tensors by name, a header of a multiple of 8 bytes that names PyTorch.</summary>
internal static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes to a file, which is complete and on the disk afterwards, or was never there.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tensors">Any order; each is asked for its values once.</param>
    /// <param name="type"><see cref="CheckpointType.Float32"/> or <see cref="CheckpointType.BFloat16"/> (rounded to nearest, ties to even).</param>
    /// <param name="cancellationToken">Ends the work; the file stays as it was.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or the type is another.</exception>
    /// <exception cref="InvalidOperationException">A tensor wrote more or fewer values than its shape says.</exception>
    public static void Write(string path, IReadOnlyCollection<TensorSource> tensors, CheckpointType type, CancellationToken cancellationToken = default) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, type, null, cancellationToken));

    /// <summary>Writes to a stream, from where it stands; the stream need not seek.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyCollection{TensorSource}, CheckpointType, CancellationToken)"/>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Any order; each is asked for its values once.</param>
    /// <param name="type"><see cref="CheckpointType.Float32"/> or <see cref="CheckpointType.BFloat16"/> (rounded to nearest, ties to even).</param>
    /// <param name="rounding">Counts what rounding to bfloat16 takes back; none by default.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static void Write(Stream stream, IReadOnlyCollection<TensorSource> tensors, CheckpointType type, RoundingCount? rounding = null,
        CancellationToken cancellationToken = default)
    {
        if (type is not (CheckpointType.Float32 or CheckpointType.BFloat16))
            throw new ArgumentException($"Checkpoints are written as Float32 or BFloat16, not as {type}.", nameof(type));
        TensorSource[] sorted = [.. tensors.OrderBy(t => t.Name, StringComparer.Ordinal)];
        for (int i = 1; i < sorted.Length; i++)
            if (sorted[i].Name == sorted[i - 1].Name) throw new ArgumentException($"Two tensors are named '{sorted[i].Name}'.", nameof(tensors));
        WriteHeader(stream, sorted, type);
        using var sink = new TensorSink(stream, type, rounding, cancellationToken);
        foreach (TensorSource tensor in sorted) sink.Write(tensor);
    }

    private static void WriteHeader(Stream stream, TensorSource[] tensors, CheckpointType type)
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header, Relaxed))
        {
            json.WriteStartObject();
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (TensorSource tensor in tensors) offset = WriteEntry(json, tensor, type, offset);
            json.WriteEndObject();
        }
        int padding = -header.WrittenCount & (HeaderAlignment - 1);
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);
        Span<byte> length = stackalloc byte[SafetensorsHeader.PrefixLength];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
    }

    private static long WriteEntry(Utf8JsonWriter json, TensorSource tensor, CheckpointType type, long offset)
    {
        type = tensor.OwnType ?? type;
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", type.HeaderName);
        json.WriteStartArray("shape");
        foreach (long size in tensor.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset += tensor.Count * type.Size);
        json.WriteEndArray();
        json.WriteEndObject();
        return offset;
    }
}
