using System.IO.Compression;
using System.Text;
using ZstdSharp;

namespace Microsoft.ML.SimPO.Data;

public class InputFileTests
{
    private const string Row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""" + "\n";

    [Theory]
    [InlineData("a.jsonl.zst")]
    [InlineData("a.jsonl")]
    public void Zstandard_is_read_like_gzip_also_in_several_frames(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, PreferenceReader.Read(folder.Write(name, [.. Zstandard(Row, checksum: true), .. Zstandard(Row, checksum: false)])).Count());
    }

    [Fact]
    public void Zstandard_around_csv_is_read()
    {
        using var folder = new TemporaryFolder();
        Assert.Single(PreferenceReader.Read(folder.Write("a.csv.zst", Zstandard("prompt,chosen,rejected\np,c,r\n", checksum: true))));
    }

    [Fact]
    public void A_wrong_checksum_is_called_so()
    {
        using var folder = new TemporaryFolder();
        byte[] zst = Zstandard(Row, checksum: true), gz = Gzip(Row);
        zst[^2] ^= 1;
        gz[^6] ^= 1;
        const string wrong = "its checksum does not match its content, which was changed after it was compressed.";
        foreach ((string name, byte[] bytes) in new[] { ("a.jsonl.zst", zst), ("a.jsonl.gz", gz) })
        {
            string message = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write(name, bytes)).Count()).Message;
            Assert.Matches($"^{name} is damaged after byte [0-9]+ of its decompressed content: {wrong}$", message);
        }
    }

    [Fact]
    public void Zstandard_that_was_cut_off_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl.zst", Zstandard(string.Concat(Enumerable.Repeat(Row, 500)), checksum: true)[..^9]);
        Assert.Equal(
            "a.jsonl.zst is damaged after byte 0 of its decompressed content: the compressed data is cut off.",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    [Theory]
    [InlineData("a.jsonl.xz", new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0 }, "a.jsonl.xz: it is compressed with xz, which is not read. Unpack it first, or compress it with gzip or Zstandard.")]
    [InlineData("a.jsonl", new byte[] { 0x42, 0x5A, 0x68, 0x39 }, "a.jsonl: it is compressed with bzip2, which is not read. Unpack it first, or compress it with gzip or Zstandard.")]
    [InlineData("a.csv", new byte[] { 0x50, 0x4B, 3, 4 }, "a.csv: it is a zip archive (as Excel's workbooks are too), which is not read. Unpack it first, or save the sheet as CSV in UTF-8.")]
    public void What_is_not_read_is_named(string name, byte[] bytes, string message)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write(name, bytes)).Count()).Message);
    }

    private static byte[] Zstandard(string text, bool checksum)
    {
        using var compressor = new Compressor(3);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, checksum ? 1 : 0);
        return compressor.Wrap(Encoding.UTF8.GetBytes(text)).ToArray();
    }

    private static byte[] Gzip(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
