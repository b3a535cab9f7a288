using System.Buffers.Binary;
using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// The weights of a safetensors file that comes as a stream, such as an entry of a zip: its header is read at once, its tensors in one pass
/// straight to their places. Holds no more than a block.
/// </summary>
internal sealed unsafe class CheckpointStream : Checkpoint
{
    private readonly Stream _stream;
    private readonly long _end;
    private long _position;
    private bool _isRead;

    private CheckpointStream(Stream stream, string path, IReadOnlyList<TensorEntry> entries, long dataStart)
        : base(path, entries.ToDictionary(e => e.Name, StringComparer.Ordinal))
    {
        (_stream, _position) = (stream, dataStart);
        _end = entries.Count == 0 ? dataStart : entries.Max(e => e.Offset + e.ByteLength);
    }

    /// <param name="stream">Stands at the first byte; need not seek, and stays open.</param>
    /// <param name="path">What it is called in messages.</param>
    /// <param name="most">The stream cannot have more bytes: nothing is made for tensors that claim to lie behind them.</param>
    /// <exception cref="InvalidDataException">It is no safetensors file, or a damaged one.</exception>
    public static CheckpointStream Open(Stream stream, string path, long most = long.MaxValue)
    {
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
        int read = stream.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (read < prefix.Length)
            throw Damaged($"'{path}': a safetensors file begins with 8 bytes for the length of its header, but this stream has only {read}.");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxLength) throw Damaged($"'{path}': the header takes {length} bytes; the format allows {SafetensorsHeader.MaxLength}.");
        byte[] header = BoundedBytes.Read(stream, (long)length);
        if (header.Length < (long)length)
            throw Damaged(
                $"'{path}': the header should take {length} bytes, but only {header.Length} follow. The file is cut short or no safetensors file.");
        var opened = new CheckpointStream(stream, path, SafetensorsHeader.Parse(header, path, fileLength: null), prefix.Length + header.Length);
        return opened._end <= most ? opened : throw Damaged($"'{path}': its tensors end at byte {opened._end}, but it can have {most} bytes at most.");
    }

    /// <summary>Nothing: the stream belongs to whoever opened it.</summary>
    public override void Dispose()
    {
    }

    private protected override void Read(List<(TensorEntry Entry, TensorTarget Target)> tensors, CancellationToken cancellationToken)
    {
        if (_isRead) throw new InvalidOperationException("The weights of a stream can be read once.");
        _isRead = true;
        using var buffer = new ReadBuffer();
        foreach ((TensorEntry entry, TensorTarget target) in tensors.OrderBy(t => t.Entry.Offset).ThenBy(t => t.Entry.ByteLength))
        {
            Skip(entry.Offset, buffer);
            for (long done = 0; done < target.Count; done += FloatConversion.BlockElements)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Read(entry, (float*)target.Destination + done, (int)Math.Min(FloatConversion.BlockElements, target.Count - done), buffer);
            }
        }
        Skip(_end, buffer);
        if (_stream.ReadByte() >= 0) throw Damaged($"'{Path}': the last tensor ends at byte {_end}, but the file goes on: bytes belong to no tensor.");
    }

    private void Read(TensorEntry entry, float* destination, int count, ReadBuffer buffer)
    {
        FreshMemory.Populate((nint)destination, (long)count * sizeof(float));
        void* source = entry.Type == CheckpointType.Float32 ? destination : buffer.Pointer;
        ReadExactly(source, count * entry.Type.Size);
        FloatConversion.From(entry.Type, source, destination, count);
    }

    /// <summary>Reads on to a place, over tensors that nobody asked for.</summary>
    private void Skip(long place, ReadBuffer buffer)
    {
        while (_position < place) ReadExactly(buffer.Pointer, (int)Math.Min(ReadBuffer.Length, place - _position));
    }

    private void ReadExactly(void* destination, int bytes)
    {
        int read = _stream.ReadAtLeast(new Span<byte>(destination, bytes), bytes, throwOnEndOfStream: false);
        _position += read;
        if (read < bytes) throw Damaged($"'{Path}' ends at byte {_position}, but its tensors at {_end}: it is cut short.");
    }

    private static InvalidDataException Damaged(FormattableString what) => new(what.ToString(CultureInfo.InvariantCulture));
}
