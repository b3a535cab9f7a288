using ZstdSharp;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Reads Zstandard, several frames one after the other too, with the library's own bound on the window: 128 MiB.</summary>
internal sealed class ZstdReader(FileStream file) : ForwardStream
{
    private readonly DecompressionStream _zstd = new(file, checkEndOfStream: true, leaveOpen: true);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _zstd.Read(buffer);
        }
        catch (ZstdException error)
        {
            throw new InvalidDataException(
                error.Message.Contains("checksum", StringComparison.OrdinalIgnoreCase)
                    ? "its checksum does not match its content, which was changed after it was compressed."
                    : $"the compressed data is damaged: {error.Message}.",
                error);
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException("the compressed data is cut off.", error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _zstd.Dispose();
            file.Dispose();
        }
        base.Dispose(disposing);
    }
}
