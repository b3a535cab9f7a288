namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Reads bytes whose number somebody claims, and allocates no more than there are: a few bytes cannot ask for gigabytes.</summary>
internal static class BoundedBytes
{
    /// <summary>Longer than any name, option or path.</summary>
    private const int MostBytesOfText = 1 << 20;

    private const int FirstPiece = 1 << 20;

    /// <summary>A text as <see cref="BinaryWriter"/> writes one: its length, then UTF-8.</summary>
    /// <exception cref="InvalidDataException">It claims to be longer than any that is written, or ends before.</exception>
    public static string ReadText(BinaryReader reader)
    {
        int length = reader.Read7BitEncodedInt();
        if (length is < 0 or > MostBytesOfText)
            throw new InvalidDataException(FormattableString.Invariant($"A text claims to have {length} bytes; at most {MostBytesOfText} are expected."));
        byte[] bytes = Read(reader.BaseStream, length);
        return bytes.Length == length
            ? System.Text.Encoding.UTF8.GetString(bytes)
            : throw new InvalidDataException(FormattableString.Invariant($"A text ends after {bytes.Length} of {length} bytes."));
    }

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
