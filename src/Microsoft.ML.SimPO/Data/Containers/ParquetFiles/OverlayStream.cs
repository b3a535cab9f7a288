namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>
/// A file, and behind its end a few stretches of bytes that can be exchanged: pages of the file brought next to each other, or rewritten.
/// The Parquet library reads a column chunk where its metadata points; pointing it behind the end lets it read one page at a time.
/// </summary>
internal sealed class OverlayStream(FileStream file) : Stream
{
    private readonly List<(long Start, Stretch Stretch)> _stretches = [];
    private long _end = file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get; set; }

    /// <summary>Where the stretches start.</summary>
    public long OverlayStart => file.Length;

    public void Overlay(List<Stretch> stretches)
    {
        _stretches.Clear();
        _end = OverlayStart;
        foreach (Stretch stretch in stretches)
        {
            _stretches.Add((_end, stretch));
            _end += stretch.Length;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int read = Position < OverlayStart ? ReadFile(Position, buffer, OverlayStart - Position) : ReadStretch(buffer);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    // The library takes what this returns for a byte, also -1 at the end, and would read on for ever.
    public override int ReadByte()
    {
        byte value = 0;
        return Read(new Span<byte>(ref value)) == 1 ? value : throw new EndOfStreamException("a page ends before its header does.");
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void Flush() => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int ReadFile(long position, Span<byte> buffer, long limit)
    {
        file.Position = position;
        return file.Read(buffer[..(int)Math.Min(buffer.Length, limit)]);
    }

    private int ReadStretch(Span<byte> buffer)
    {
        foreach ((long start, Stretch stretch) in _stretches)
        {
            long within = Position - start;
            if (within < 0 || within >= stretch.Length) continue;
            long left = stretch.Length - within;
            if (stretch.Bytes is not { } bytes) return ReadFile(stretch.Offset + within, buffer, left);
            int count = (int)Math.Min(buffer.Length, left);
            bytes.AsSpan((int)within, count).CopyTo(buffer);
            return count;
        }
        return 0;
    }

    /// <summary>Bytes of the file, or bytes of their own.</summary>
    internal readonly record struct Stretch(byte[]? Bytes, long Offset, long Length)
    {
        public static Stretch Of(byte[] bytes) => new(bytes, 0, bytes.Length);
    }
}
