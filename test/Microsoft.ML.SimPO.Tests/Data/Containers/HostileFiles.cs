using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Files made to harm, by name, each with what a person is told (a pattern); read in the child process of <see cref="HostileInputTests"/>.</summary>
internal static class HostileFiles
{
    /// <summary>Set for the child.</summary>
    public const string Variable = "SIMPO_HOSTILE_FILES";

    private const string Row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""";
    private const int Giga = 1 << 30;

    /// <summary>What reading one may make in memory, all in all: work that grows faster than a file would make far more.</summary>
    public const long MostMade = 768L << 20;

    /// <summary>File name, what writes it, and the pattern of the message; or the number of pairs that are read all the same.</summary>
    public static readonly (string Name, Action<string> Write, string Expected)[] All =
    [
        ("line-of-1-gb.jsonl", path => Sparse(path, Row + "\n", Giga, "\n" + Row), "^2 pairs; a row must be at most 64 MiB"),
        ("value-of-1-gb.json", path => Sparse(path, $"[{Row}, {{\"prompt\": \"", Giga, "\"}]"), "^value-of-1-gb.json, row 2, line 1: "),
        ("field-of-1-gb.csv", path => Sparse(path, "prompt,chosen,rejected\n\"", Giga, "\",c,r\n"), "^field-of-1-gb.csv"),
        ("bomb.jsonl.gz", path => Bomb(path, "", (byte)'x', Giga),
            "^bomb.jsonl.gz: its content is larger than [0-9.]+ MiB, more than 200 times the [0-9.]+ [MK]iB of the file. It may be made to exhaust memory"),
        ("deep-bomb.json.gz", path => Bomb(path, "", (byte)'[', Giga), "^deep-bomb.json.gz, row 1, line 1: JSON must not be nested deeper than 64"),
        ("blank-bomb.json.gz", path => Bomb(path, "[" + Row, (byte)' ', Giga),
            "^blank-bomb.json.gz: its content is larger than "),
        ("text-bomb.json.gz", path => Bomb(path, $"[{Row}, {{\"prompt\": \"", (byte)'x', Giga),
            "^text-bomb.json.gz, row 2, line 1: A row must be at most 64 MiB"),
        ("many-names.json", ManyNames, "^many-names.json: expected preference pairs, with fields like"),
        ("not-gzip.jsonl.gz", path => File.WriteAllBytes(path, [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255]),
            "^not-gzip.jsonl.gz is damaged after byte 0 of its decompressed content"),
        ("latin1.csv", path => File.WriteAllBytes(path, [.. "prompt,chosen,rejected\nok,c,r\n"u8, 0xE4, .. ",c,r\n"u8]), "^1 pairs; `prompt` must be UTF-8"),
        ("latin1.arrow", path => DamagedText(path), "^0 pairs|^latin1.arrow"),
        ("many-rows.parquet", path => Patched(path, "plain/rows.parquet", ManyRows), "^many-rows.parquet is not readable as Parquet"),
        ("zeros.parquet", path => Sparse(path, "PAR1", 1 << 28, "PAR1"), "^zeros.parquet is not readable as Parquet"),
        ("zeros.arrow", path => Sparse(path, "ARROW1\0\0", 1 << 28, "ARROW1"), "^zeros.arrow is damaged Arrow data"),
        ("endless-schema.stream.arrow", path => File.WriteAllBytes(path, [255, 255, 255, 255, 255, 255, 255, 127, .. new byte[64]]),
            "^endless-schema.stream.arrow is damaged Arrow data: its schema is declared to have 2 GiB"),
        ("many-columns.csv", path => File.WriteAllText(path, string.Join(',', Enumerable.Range(0, 200_000)) + "\n1\n"),
            "^many-columns.csv: expected at most 1000 columns"),
        ("many-values.jsonl", path => File.WriteAllText(path, $"{Row}\n{{\"prompt\": [{string.Join(',', Enumerable.Repeat("{}", 1_100_000))}]}}"),
            "^1 pairs; a row must hold at most 1000000 values"),
        ("quotes.csv", path => File.WriteAllText(path, "prompt,chosen,rejected\n" + new string('"', 1 << 22)), "^quotes.csv"),
        ("nul.jsonl", path => Sparse(path, "", 1 << 24, ""), "^nul.jsonl: expected rows, but none of the first 1 can be read"),
        ("half-pair.jsonl", path => File.WriteAllText(path, Row + "\n{\"prompt\": \"\\ud83d\", \"chosen\": \"c\", \"rejected\": \"r\"}"),
            "^1 pairs; text must be valid UTF-8"),
        ("infinite-score.jsonl", path =>
            File.WriteAllText(path, """{"prompt": "p", "chosen": "c", "rejected": "r", "score_chosen": 1e999, "score_rejected": -1e999}"""), "^1 pairs"),
        ("empty-parts.jsonl.gz", EmptyParts, "^1 pairs"),
        ("window.jsonl.zst", path => Zstandard(path, windowLog: 31, blocks: 1), "^window.jsonl.zst"),
        ("bomb.jsonl.zst", path => Zstandard(path, windowLog: 27, blocks: 100_000), "^bomb.jsonl.zst: its content is larger than "),
        ("empty-frames.jsonl.zst", path => Repeated(path, [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 1, 0, 0], 1_000_000), "^empty-frames.jsonl.zst"),
        ("empty-lines.csv", path => File.WriteAllText(path, "prompt,chosen,rejected\n" + new string('\n', 8 << 20) + "p,c,r\n"), "^1 pairs"),
        ("broken-lines.jsonl", path => File.WriteAllText(path, Row + string.Concat(Enumerable.Repeat("\n{", 2_000_000))),
            "^broken-lines.jsonl: 50000 rows are broken, and 1 could be read as pairs. The first: broken-lines.jsonl, line 2: JSON is broken"),
        ("broken-records.csv", path => File.WriteAllText(path, "prompt,chosen,rejected\np,c,r\n" + string.Concat(Enumerable.Repeat("x,y\n", 1_000_000))),
            "^broken-records.csv: 50000 rows are broken, and 1 could be read as pairs. The first: broken-records.csv, line 3: A row must have 3 fields"),
        ("empty-batches.stream.arrow", EmptyBatches, "^1 pairs"),
        ("large-buffers.lz4.arrow", path => LargeBuffers(path, CompressionCodecType.Lz4Frame), "^large-buffers.lz4.arrow: "),
        ("large-buffers.zst.arrow", path => LargeBuffers(path, CompressionCodecType.Zstd),
            "^large-buffers.zst.arrow is damaged Arrow data: a buffer of 120 MiB is declared, which a file of "),
        ("large-pages.parquet", LargePages, "^large-pages.parquet: [0-9.]+ MiB of its content would be in memory at once, more than [0-9.]+ MiB"),
        ("odd.jsonl", path => Sparse(path, "\u00ff", 1 << 26, "x"), "^odd.jsonl"),
        ("../escape.jsonl", path => File.WriteAllText(path, Row), "^1 pairs"),
        ("new\nline\u001b[31m.jsonl", path => File.WriteAllText(path, Row + "\n{}"), "^1 pairs"),
    ];

    /// <summary>
    /// Writes and reads each file; prints what came of it and how many bytes of memory were made on the way, a line each, and at last what the most of them
    /// took.
    /// </summary>
    public static int Run()
    {
        using var folder = new TemporaryFolder();
        var meter = new WorkMeter();
        foreach ((string name, Action<string> write, _) in All)
        {
            string path = folder.File(Path.Combine("in", name));
            write(path);
            GC.Collect();
            long before = GC.GetTotalAllocatedBytes(precise: true);
            string outcome = "";
            meter.Do(name.ReplaceLineEndings(" "), () =>
            {
                outcome = Outcome(path).ReplaceLineEndings(" ");
                return "told";
            });
            Console.WriteLine(FormattableString.Invariant($"{outcome}\t{GC.GetTotalAllocatedBytes(precise: true) - before}"));
            File.Delete(path);
        }
        Console.WriteLine(meter);
        return 0;
    }

    private static string Outcome(string path)
    {
        var log = new DropLog();
        try
        {
            int pairs = PreferenceReader.ReadLocated(path, null, null, log).Count();
            string? first = log.Drops is [var drop, ..] ? drop.Example : null;
            return $"{pairs} pairs{(first is null ? "" : $"; {char.ToLowerInvariant(first[0])}{first[1..]}")}";
        }
        catch (InvalidDataException refused)
        {
            return refused.Message;
        }
        catch (Exception other)
        {
            return $"CRASH {other.GetType().Name}: {other.Message}";
        }
    }

    /// <summary>A hole of zeros between two texts: it takes no space on the disk.</summary>
    private static void Sparse(string path, string before, long hole, string after)
    {
        using FileStream file = File.Create(path);
        file.Write(Encoding.UTF8.GetBytes(before));
        file.SetLength(file.Length + hole);
        file.Position = file.Length;
        file.Write(Encoding.UTF8.GetBytes(after));
    }

    private static void Bomb(string path, string before, byte content, long length)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        gzip.Write(Encoding.UTF8.GetBytes(before));
        var block = new byte[1 << 20];
        System.Array.Fill(block, content);
        for (long written = 0; written < length; written += block.Length) gzip.Write(block);
    }

    /// <summary>A part with a row among as many as fit into 20 MB.</summary>
    private static void EmptyParts(string path)
    {
        byte[] Part(string text)
        {
            var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Encoding.UTF8.GetBytes(text));
            // Nothing is nothing to .NET, and a part all the same.
            return text.Length > 0 ? memory.ToArray() : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        }
        Repeated(path, Part(""), 1_000_000);
        using FileStream file = File.Open(path, FileMode.Append);
        file.Write(Part(Row + "\n"));
    }

    private static void Repeated(string path, byte[] part, int times)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        for (int i = 0; i < times; i++) file.Write(part);
    }

    /// <summary>A frame of blocks that say one byte and how often it comes: 128 KiB of four bytes.</summary>
    private static void Zstandard(string path, int windowLog, int blocks)
    {
        using var file = new BufferedStream(File.Create(path), 1 << 20);
        file.Write([0x28, 0xB5, 0x2F, 0xFD, 0, (byte)((windowLog - 10) << 3)]);
        for (int i = 0; i < blocks; i++)
        {
            int header = (i == blocks - 1 ? 1 : 0) | (1 << 1) | ((128 << 10) << 3);
            file.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16), (byte)'x']);
        }
    }

    private static void EmptyBatches(string path)
    {
        RecordBatch Batch(params string[] texts)
        {
            StringArray Column(string text) => new StringArray.Builder().AppendRange(texts.Select(_ => text)).Build();
            return new RecordBatch.Builder().Append("prompt", false, Column("p")).Append("chosen", false, Column("c")).Append("rejected", false, Column("r"))
                .Build();
        }
        RecordBatch empty = Batch(), one = Batch("one");
        using var stream = new BufferedStream(File.Create(path), 1 << 20);
        using var writer = new ArrowStreamWriter(stream, one.Schema);
        writer.WriteRecordBatch(one);
        for (int i = 0; i < 50_000; i++) writer.WriteRecordBatch(empty);
        writer.WriteEnd();
    }

    /// <summary>A row of three texts of 120 MB, in a file of one or two.</summary>
    private static void LargeBuffers(string path, CompressionCodecType codec)
    {
        const int length = 120 << 20;
        byte[] offsets = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(offsets.AsSpan(4), length);
        var text = new StringArray(1, new ArrowBuffer(offsets), new ArrowBuffer(new byte[length]), ArrowBuffer.Empty, 0, 0);
        RecordBatch batch = new RecordBatch.Builder().Append("prompt", false, text).Append("chosen", false, text).Append("rejected", false, text).Build();
        using FileStream stream = File.Create(path);
        var options = new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = new Apache.Arrow.Compression.CompressionCodecFactory() };
        using var writer = new ArrowFileWriter(stream, batch.Schema, leaveOpen: false, options);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }

    /// <summary>Three columns of a page of 14 MB each, in a file of two.</summary>
    private static void LargePages(string path)
    {
        string[] texts = [.. Enumerable.Range(0, 1400).Select(i => $"{i}{new string('x', 10 << 10)}")];
        WriteParquet(path, texts, texts, texts).GetAwaiter().GetResult();
    }

    /// <summary>Prompts, chosen and rejected answers in the order of the columns.</summary>
    public static async Task WriteParquet(string path, params string[][] columns)
    {
        var schema = new ParquetSchema(new DataField<string>("prompt"), new DataField<string>("chosen"), new DataField<string>("rejected"));
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        for (int i = 0; i < columns.Length; i++) await group.WriteAsync(schema.DataFields[i], columns[i]);
    }

    private static void ManyNames(string path)
    {
        var text = new StringBuilder("{");
        for (int i = 0; i < 300_000; i++) text.Append(i == 0 ? "" : ",").Append('"').Append(i).Append("\": 1");
        File.WriteAllText(path, text.Append('}').ToString());
    }

    private static void DamagedText(string path)
    {
        var texts = new StringArray(1, new ArrowBuffer(new byte[] { 0, 0, 0, 0, 1, 0, 0, 0 }), new ArrowBuffer(new byte[] { 0xE4 }), ArrowBuffer.Empty, 0, 0);
        RecordBatch batch = new RecordBatch.Builder().Append("prompt", false, texts).Append("chosen", false, texts).Append("rejected", false, texts).Build();
        using FileStream stream = File.Create(path);
        using var writer = new ArrowFileWriter(stream, batch.Schema);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }

    private static void Patched(string path, string golden, Func<byte[], byte[]> patch) =>
        File.WriteAllBytes(path, patch(File.ReadAllBytes(Repository.PathOf(["test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", .. golden.Split('/')]))));

    // The footer starts with the version (0x15 0x04), then the schema; every 24 in it that stands for a number of rows or values becomes huge.
    private static byte[] ManyRows(byte[] bytes)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8)), start = bytes.Length - 8 - length;
        var footer = new List<byte>();
        foreach (byte value in bytes.AsSpan(start, length))
        {
            // 24 in Thrift's zigzag form is 48, after an i64 field's header (0x16).
            if (value == 48 && footer.Count > 0 && footer[^1] == 0x16) footer.AddRange([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
            else footer.Add(value);
        }
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, footer.Count);
        return [.. bytes[..start], .. footer, .. size, .. "PAR1"u8];
    }
}
