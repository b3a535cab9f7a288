using System.Text;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>What a file is that is no data set which is read, by its first bytes.</summary>
internal static class ForeignFiles
{
    private const string Repack = "Unpack it first, or compress it with gzip or Zstandard.";

    private const string Pickle = "it is a Python pickle, which is not read. Write it as Parquet or JSON.";

    private static readonly (byte[] Magic, string Message)[] Known =
    [
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], $"it is compressed with xz, which is not read. {Repack}"),
        (Encoding.Latin1.GetBytes("BZh"), $"it is compressed with bzip2, which is not read. {Repack}"),
        ([(byte)'P', (byte)'K', 3, 4],
            "it is a zip archive (as Excel's workbooks are too), which is not read. Unpack it first, or save the sheet as CSV in UTF-8."),
        ([(byte)'7', (byte)'z', 0xBC, 0xAF], $"it is a 7z archive, which is not read. {Repack}"),
        ([0x04, 0x22, 0x4D, 0x18], $"it is compressed with LZ4, which is not read. {Repack}"),
        ([0xFF, 0x06, 0x00, 0x00, (byte)'s', (byte)'N'], $"it is compressed with Snappy, which is not read. {Repack}"),
        (Encoding.Latin1.GetBytes("version https://git-lfs"), "it is the pointer of a file in Git LFS, not the file. Run `git lfs pull` to get that."),
        (Encoding.Latin1.GetBytes("SQLite format 3"), "it is an SQLite database, which is not read. Export the table as Parquet, CSV or JSON."),
        (Encoding.Latin1.GetBytes("Obj\u0001"), "it is Avro, which is not read. Write it as Parquet or JSON."),
        (Encoding.Latin1.GetBytes("ORC"), "it is ORC, which is not read. Write it as Parquet or JSON."),
        ([0x80, 0x02], Pickle), ([0x80, 0x03], Pickle), ([0x80, 0x04, 0x95], Pickle), ([0x80, 0x05, 0x95], Pickle),
        (Encoding.Latin1.GetBytes("FEA1"), "it is Feather of version 1, which is not read. Write it as Feather of version 2, Parquet or JSON."),
        (Encoding.Latin1.GetBytes("PARE"), "it is Parquet whose footer is encrypted, which is not read. Write it without encryption."),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "it is HDF5, which is not read. Write it as Parquet or JSON."),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "it is an array of NumPy, which is not read. Write it as Parquet or JSON."),
        ([0xD0, 0xCF, 0x11, 0xE0], "it is a workbook of an old Excel, which is not read. Save the sheet as CSV in UTF-8."),
        (Encoding.Latin1.GetBytes("%PDF"), "it is a PDF, which is not read."),
    ];

    /// <summary>What it is and what to do; null where it is not known.</summary>
    public static string? Describe(ReadOnlySpan<byte> head)
    {
        foreach ((byte[] magic, string message) in Known)
        {
            if (head.StartsWith(magic)) return message;
        }
        ReadOnlySpan<byte> text = head.TrimStart(" \t\r\n"u8);
        string start = Encoding.Latin1.GetString(text[..Math.Min(text.Length, 14)]);
        bool isPage = start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
        return isPage ? "it is a web page, not the file. Download the file itself." : null;
    }
}
