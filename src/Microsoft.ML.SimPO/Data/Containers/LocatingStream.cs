using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Passes reads on and counts them, so that what breaks underneath is reported with file and place.</summary>
internal sealed class LocatingStream(Stream inner, string name, bool compressed) : ForwardStream
{
    private long _position;

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

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
