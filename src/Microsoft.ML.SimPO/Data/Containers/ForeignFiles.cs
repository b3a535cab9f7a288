using System.Text;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>What a file is that is no data set which is read, by its first bytes.</summary>
internal static class ForeignFiles
{
    private const string Repack = "Unpack it first, or compress it with gzip or Zstandard.";

    private static readonly (byte[] Magic, string Message)[] Known =
    [
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], $"it is compressed with xz, which is not read. {Repack}"),
        (Encoding.Latin1.GetBytes("BZh"), $"it is compressed with bzip2, which is not read. {Repack}"),
        ([(byte)'P', (byte)'K', 3, 4], "it is a zip archive (as Excel's workbooks are too), which is not read. Unpack it first, or save the sheet as CSV in UTF-8."),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], $"it is a 7z archive, which is not read. {Repack}"),
        ([0x04, 0x22, 0x4D, 0x18], $"it is compressed with LZ4, which is not read. {Repack}"),
        ([0xFF, 0x06, 0x00, 0x00, (byte)'s', (byte)'N'], $"it is compressed with Snappy, which is not read. {Repack}"),
        (Encoding.Latin1.GetBytes("version https://git-lfs"), "it is the pointer of a file in Git LFS, not the file. Run `git lfs pull` to get that."),
        (Encoding.Latin1.GetBytes("SQLite format 3"), "it is an SQLite database, which is not read. Export the table as Parquet, CSV or JSON."),
        (Encoding.Latin1.GetBytes("Obj\u0001"), "it is Avro, which is not read. Write it as Parquet or JSON."),
        (Encoding.Latin1.GetBytes("ORC"), "it is ORC, which is not read. Write it as Parquet or JSON."),
        ([0x80, 0x04, 0x95], "it is a Python pickle, which is not read. Write it as Parquet or JSON."),
    ];

    /// <summary>What it is and what to do; null where it is not known.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        foreach ((byte[] magic, string message) in Known)
        {
            if (head.StartsWith(magic)) return message;
        }
        return null;
    }
}
