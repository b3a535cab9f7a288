using System.Text;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Text as UTF-8: its byte order mark is passed over, UTF-16 and UTF-32 (as spreadsheets and PowerShell write them) are turned into it, with a mark or without.
/// </summary>
internal static class TextEncodings
{
    public static Stream ToUtf8(Stream stream)
    {
        var head = new byte[4];
        int read = stream.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        return head.AsSpan(0, read) switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Rest(3),
            [0xFF, 0xFE, 0, 0] => Transcode(Encoding.UTF32, 4),
            [0, 0, 0xFE, 0xFF] => Transcode(new UTF32Encoding(bigEndian: true, byteOrderMark: false), 4),
            [0xFF, 0xFE, ..] => Transcode(Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => Transcode(Encoding.BigEndianUnicode, 2),
            // Text of the first 256 characters, as headers and JSON begin with: every other byte is zero.
            [not 0, 0, not 0, 0] => Transcode(Encoding.Unicode, 0),
            [0, not 0, 0, not 0] => Transcode(Encoding.BigEndianUnicode, 0),
            _ => Rest(0),
        };

        HeadedStream Rest(int mark) => new(head.AsMemory(mark, read - mark), stream);

        Stream Transcode(Encoding encoding, int mark) => Encoding.CreateTranscodingStream(Rest(mark), encoding, Encoding.UTF8);
    }
}
