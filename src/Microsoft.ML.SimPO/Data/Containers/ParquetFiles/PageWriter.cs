using System.Buffers.Binary;
using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Rewrites pages as uncompressed ones of version 1. The Parquet library does not read pages of version 2 that hold lists.</summary>
internal static class PageWriter
{
    /// <summary>A data page of version 2 as one of version 1: levels with their length before them, then the values.</summary>
    public static byte[] ToVersion1(ParquetPage page, byte[] body, CompressionCodec codec, bool repeated, bool optional)
    {
        int levels = page.RepetitionBytes + page.DefinitionBytes;
        int lengths = (repeated ? 4 : 0) + (optional ? 4 : 0);
        var data = new byte[lengths + page.Length];
        int at = 0;
        if (repeated) at = Levels(body.AsSpan(0, page.RepetitionBytes), data, at);
        if (optional) at = Levels(body.AsSpan(page.RepetitionBytes, page.DefinitionBytes), data, at);
        PageCodec.Decompress(page.Compressed ? codec : CompressionCodec.UNCOMPRESSED, body[levels..], data.AsSpan(at, page.Length - levels));
        return [.. Header(PageType.DATA_PAGE, at + page.Length - levels, page), .. data.AsSpan(0, at + page.Length - levels)];
    }

    /// <summary>A dictionary page without compression.</summary>
    public static byte[] Uncompressed(ParquetPage page, byte[] body, CompressionCodec codec)
    {
        var data = new byte[page.Length];
        PageCodec.Decompress(codec, body, data);
        return [.. Header(PageType.DICTIONARY_PAGE, data.Length, page), .. data];
    }

    private static int Levels(ReadOnlySpan<byte> levels, byte[] data, int at)
    {
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(at), levels.Length);
        levels.CopyTo(data.AsSpan(at + 4));
        return at + 4 + levels.Length;
    }

    // Thrift's compact encoding: a field's header is the distance to the field before it, then its type (5 an integer, 12 a structure); 0
    // ends a structure.
    private static byte[] Header(PageType type, int length, ParquetPage page)
    {
        var bytes = new List<byte>(48);
        Integer((int)type);
        Integer(length);
        Integer(length);
        bytes.Add(type == PageType.DICTIONARY_PAGE ? (byte)0x4C : (byte)0x2C);
        Integer(page.Values);
        Integer(page.Encoding);
        if (type == PageType.DATA_PAGE)
        {
            Integer((int)Encoding.RLE);
            Integer((int)Encoding.RLE);
        }
        bytes.AddRange([0, 0]);
        return bytes.ToArray();

        void Integer(int value)
        {
            bytes.Add(0x15);
            for (uint rest = (uint)(value << 1) ^ (uint)(value >> 31); ; rest >>= 7)
            {
                bytes.Add((byte)(rest < 128 ? rest : (rest & 127) | 128));
                if (rest < 128) return;
            }
        }
    }
}
