using Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Finds out what a file is: by its first bytes, and where these do not tell by its name.</summary>
internal static class ContainerDetector
{
    /// <exception cref="InvalidDataException">The file is empty or of no container that is known.</exception>
    public static IRowSource Open(InputFile file, PreferenceLoadOptions options)
    {
        byte[] head = Head(file);
        if (head.Length == 0) throw new InvalidDataException($"{file.Name}: expected rows, but the file is empty.");
        string name = file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file.Name[..^3] : file.Name;
        string extension = Path.GetExtension(name).ToLowerInvariant();
        int first = head.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        byte start = first < 0 ? (byte)0 : head[first];
        return extension switch
        {
            _ when head.AsSpan().StartsWith("PAR1"u8) => new ParquetSource(file),
            _ when head.AsSpan().StartsWith("ARROW1"u8) => new ArrowSource(file, isStream: false),
            _ when head is [0xFF, 0xFF, 0xFF, 0xFF, ..] => new ArrowSource(file, isStream: true),
            ".csv" => new DelimitedSource(file, null, options.MaxRowBytes),
            ".tsv" => new DelimitedSource(file, '\t', options.MaxRowBytes),
            ".jsonl" or ".ndjson" => new JsonLinesSource(file, options.MaxRowBytes),
            _ when start == '[' => new JsonSource(file, options.MaxRowBytes),
            _ when start == '{' => IsJsonLines(head, first) && JsonWrapper.Find(head.AsSpan(first)) < 0 ? new JsonLinesSource(file, options.MaxRowBytes) : new JsonSource(file, options.MaxRowBytes),
            _ => throw new InvalidDataException($"{file.Name}: expected JSON, JSON Lines, CSV, TSV, Parquet or Arrow, but found none of them."),
        };
    }

    /// <summary>The first 64 KiB, decompressed.</summary>
    private static byte[] Head(InputFile file)
    {
        using Stream stream = file.Open();
        var head = new byte[1 << 16];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return head[..read];
    }

    /// <summary>Whether the first line is a whole object: then each line is one, else the objects span lines.</summary>
    private static bool IsJsonLines(byte[] head, int start)
    {
        int end = head.AsSpan(start).IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? head.AsSpan(start) : head.AsSpan(start, end);
        return end < 0 || line.TrimEnd("\r \t"u8).EndsWith("}"u8);
    }
}
