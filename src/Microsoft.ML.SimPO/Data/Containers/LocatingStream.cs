using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Passes reads on and counts them, so that what breaks underneath is reported with file and place.</summary>
/// <param name="budget">What may be decompressed; null where nothing is.</param>
internal sealed class LocatingStream(Stream inner, string name, ReadingBudget? budget) : ForwardStream
{
    private long _position;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = inner.Read(buffer);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            string place = budget is not null ? "byte {0} of its decompressed content" : "byte {0}";
            throw new InvalidDataException($"{name} is damaged after {string.Format(CultureInfo.InvariantCulture, place, _position)}: {error.Message}", error);
        }
        _position += read;
        budget?.Spend(read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
