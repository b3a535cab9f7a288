using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A text file of golden cases, which may lie there packed, with <c>.gz</c> behind its name: the project's own do.</summary>
internal static class GoldenFile
{
    public const string Packed = ".gz";

    public static bool Exists(string path) => File.Exists(path) || File.Exists(path + Packed);

    public static byte[] ReadBytes(string path)
    {
        if (File.Exists(path)) return File.ReadAllBytes(path);
        using var unpacked = new MemoryStream();
        using (var stream = new GZipStream(File.OpenRead(path + Packed), CompressionMode.Decompress)) stream.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    public static string ReadText(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    /// <summary>The lines that are not empty.</summary>
    public static string[] ReadLines(string path) => ReadText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
