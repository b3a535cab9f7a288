using Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Finds out what a file is: by its first bytes, and where these do not tell by its name.</summary>
internal static class ContainerDetector
{
    private const int HeadBytes = 1 << 16;

    /// <exception cref="InvalidDataException">The file is empty or of no container that is known.</exception>
    public static IRowSource Open(InputFile file, PreferenceLoadOptions options)
    {
        file = file with { MaxExpansion = options.MaxExpansion, MaxRowBytes = options.MaxRowBytes };
        byte[] head = Head(file, raw: true);
        if (head.Length == 0) throw new InvalidDataException($"{file.Name}: expected rows, but the file is empty.");
        if (head.AsSpan().StartsWith("PAR1"u8)) return new ParquetSource(file);
        if (head.AsSpan().StartsWith("ARROW1"u8)) return new ArrowSource(file, isStream: false);
        if (head is [0xFF, 0xFF, 0xFF, 0xFF, ..]) return new ArrowSource(file, isStream: true);
        if (ForeignFiles.Describe(head) is { } foreign) throw new InvalidDataException($"{file.Name}: {foreign}");
        string extension = DataNames.Extension(file.Name);
        if (extension == ".csv") return new DelimitedSource(file, null, options.MaxRowBytes);
        if (extension == ".tsv") return new DelimitedSource(file, '\t', options.MaxRowBytes);
        head = Head(file, raw: false);
        int first = head.AsSpan().IndexOfAnyExcept(" \t\r\n"u8);
        ReadOnlySpan<byte> json = first < 0 ? default : head.AsSpan(first);
        bool namedLines = extension is ".jsonl" or ".ndjson";
        if (!namedLines && json is not ([(byte)'[', ..] or [(byte)'{', ..]))
            throw new InvalidDataException($"{file.Name}: expected JSON, JSON Lines, CSV, TSV, Parquet or Arrow, but found none of them.");
        return new TurnedRows(JsonShape.IsLines(json, head.Length < HeadBytes, namedLines)
            ? new JsonLinesSource(file, options.MaxRowBytes)
            : new JsonSource(file, options.MaxRowBytes));
    }

    /// <summary>The first 64 KiB, decompressed; text as UTF-8 unless asked for raw.</summary>
    private static byte[] Head(InputFile file, bool raw)
    {
        using Stream content = file.Open();
        using Stream stream = raw ? content : TextEncodings.ToUtf8(content);
        var head = new byte[HeadBytes];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head[..read];
    }
}
