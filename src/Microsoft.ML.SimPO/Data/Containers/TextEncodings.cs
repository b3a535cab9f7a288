using System.Text;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Byte order marks: UTF-8's is passed over, text in UTF-16 (as spreadsheets write it) is turned into UTF-8.</summary>
internal static class TextEncodings
{
    public static Stream ToUtf8(Stream stream)
    {
        var head = new byte[3];
        int read = stream.ReadAtLeast(head, 3, throwOnEndOfStream: false);
        ReadOnlySpan<byte> mark = head.AsSpan(0, read);
        if (mark.SequenceEqual("\uFEFF"u8)) return stream;
        if (mark is [0xFF, 0xFE, ..]) return Transcode(Encoding.Unicode);
        if (mark is [0xFE, 0xFF, ..]) return Transcode(Encoding.BigEndianUnicode);
        return new HeadedStream(head.AsMemory(0, read), stream);

        Stream Transcode(Encoding encoding) => Encoding.CreateTranscodingStream(new HeadedStream(head.AsMemory(2, read - 2), stream), encoding, Encoding.UTF8);
    }
}
