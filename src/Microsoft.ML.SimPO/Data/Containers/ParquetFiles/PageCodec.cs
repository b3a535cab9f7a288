using System.IO.Compression;
using K4os.Compression.LZ4;
using Parquet.Meta;
using Snappier;
using ZstdSharp;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Decompresses the data of a page to a known length.</summary>
internal static class PageCodec
{
    /// <exception cref="InvalidDataException">The data does not decompress to that length.</exception>
    public static void Decompress(CompressionCodec codec, byte[] source, Span<byte> target)
    {
        int length = codec switch
        {
            CompressionCodec.UNCOMPRESSED => Copy(source, target),
            CompressionCodec.SNAPPY => Snappy.GetUncompressedLength(source) == target.Length ? Snappy.Decompress(source, target) : -1,
            CompressionCodec.GZIP => Inflate(new GZipStream(new MemoryStream(source), CompressionMode.Decompress), target),
            CompressionCodec.BROTLI => Inflate(new BrotliStream(new MemoryStream(source), CompressionMode.Decompress), target),
            CompressionCodec.ZSTD => Zstandard(source, target),
            CompressionCodec.LZ4_RAW => LZ4Codec.Decode(source, target),
            _ => throw new InvalidDataException($"pages compressed with {codec} are not supported. Use Snappy, Zstandard, GZip, Brotli or LZ4."),
        };
        if (length != target.Length) throw new InvalidDataException($"a page does not decompress to the {target.Length} bytes that it declares.");
    }

    private static int Copy(byte[] source, Span<byte> target)
    {
        if (source.Length != target.Length) return -1;
        source.CopyTo(target);
        return target.Length;
    }

    private static int Inflate(Stream stream, Span<byte> target)
    {
        using (stream)
        {
            int read = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            return read == target.Length && stream.ReadByte() < 0 ? read : -1;
        }
    }

    private static int Zstandard(byte[] source, Span<byte> target)
    {
        using var decompressor = new Decompressor();
        return decompressor.TryUnwrap(source, target, out int written) ? written : -1;
    }
}
