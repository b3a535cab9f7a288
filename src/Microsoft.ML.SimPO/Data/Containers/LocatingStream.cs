using System.Globalization;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Passes reads on and counts them, so that what breaks underneath is reported with file and place.</summary>
internal sealed class LocatingStream(Stream inner, string name, bool compressed) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            int read = inner.Read(buffer);
            _position += read;
            return read;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            string place = compressed ? "byte {0} of its decompressed content" : "byte {0}";
            throw new InvalidDataException($"{name} is damaged after {string.Format(CultureInfo.InvariantCulture, place, _position)}: {error.Message}", error);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
