using System.Buffers.Binary;
using System.IO.Compression;
using ICSharpCode.SharpZipLib.GZip;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Reads gzip, and at its end makes sure that it is the end: .NET's <see cref="GZipStream"/> takes a file that was cut off for one that is shorter, and
/// calls a wrong checksum a method that it does not support.
/// </summary>
internal sealed class GzipReader(FileStream file) : ForwardStream
{
    private const int MostBehind = 16 << 20;

    private readonly GZipStream _gzip = new(file, CompressionMode.Decompress, leaveOpen: true);
    private long _length;
    private bool _checked;

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _gzip.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            Diagnose();
            throw new InvalidDataException("the compressed data is damaged.", error);
        }
        _length += read;
        if (read == 0 && buffer.Length > 0 && !_checked)
        {
            _checked = true;
            CheckEnd();
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
            file.Dispose();
        }
        base.Dispose(disposing);
    }

    // The last four bytes are the length of what was compressed. Where they are not, the file was cut off, or consists of several
    // compressed parts: a second, slower reader tells.
    private void CheckEnd()
    {
        Span<byte> tail = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - 4);
        bool whole = file.ReadAtLeast(tail, 4, throwOnEndOfStream: false) == 4 && BinaryPrimitives.ReadUInt32LittleEndian(tail) == (uint)_length;
        if (!whole) Diagnose();
    }

    private void Diagnose()
    {
        file.Position = 0;
        try
        {
            using var strict = new GZipInputStream(file) { IsStreamOwner = false };
            var block = new byte[1 << 16];
            // No further than the first reader came, and a little behind it: what that left out was counted by nobody.
            for (long left = _length + MostBehind; left > 0;) left -= strict.Read(block) is var read and > 0 ? read : left;
        }
        catch (Exception error) when (error is ICSharpCode.SharpZipLib.SharpZipBaseException or EndOfStreamException or IndexOutOfRangeException)
        {
            throw new InvalidDataException(
                error.Message.Contains("crc sum", StringComparison.OrdinalIgnoreCase)
                    ? "its checksum does not match its content, which was changed after it was compressed."
                    : "the compressed data is cut off or damaged.",
                error);
        }
    }
}
