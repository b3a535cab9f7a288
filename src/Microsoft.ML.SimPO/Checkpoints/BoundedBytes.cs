namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Reads bytes whose number somebody claims, and allocates no more than there are: a few bytes cannot ask for gigabytes.</summary>
internal static class BoundedBytes
{
    private const int FirstPiece = 1 << 20;

    /// <returns>Fewer than <paramref name="length"/> where the stream ends before.</returns>
    public static byte[] Read(Stream stream, long length)
    {
        var bytes = new byte[Math.Min(length, FirstPiece)];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        while (read == bytes.Length && read < length)
        {
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * read));
            read += stream.ReadAtLeast(bytes.AsSpan(read), bytes.Length - read, throwOnEndOfStream: false);
        }
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
