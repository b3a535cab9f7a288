using System.IO.Compression;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Small files with much in them, of each kind that can be: refused by the default, read by who trusts them.</summary>
public sealed class ReadingBudgetTests : IDisposable
{
    private const string Row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_a_multiple_of_the_file_beside_what_any_may_have()
    {
        var budget = new ReadingBudget("a.gz", 1 << 20, 100);
        Assert.Equal((356L << 20, 1000L, long.MaxValue), (budget.Limit, budget.LimitOf(10), new ReadingBudget("a", 1, null).Limit));
        budget.Spend(356 << 20);
        Assert.Equal(
            "a.gz: its content is larger than 356 MiB, more than 100 times the 1 MiB of the file. It may be made to exhaust memory. If you trust it, set "
                + "`MaxExpansion` higher, or to null for no limit.",
            Assert.Throws<InvalidDataException>(() => budget.Spend(1)).Message);
    }

    /// <summary>A page of a Parquet file: 16 MiB are free, and what its own bytes may become.</summary>
    [Fact]
    public void What_is_decompressed_at_once_is_a_multiple_of_its_own_bytes()
    {
        var budget = new ReadingBudget("a.parquet", 1 << 20, 100);
        budget.Spend(16 << 20, 1);
        budget.Spend(20 << 20, ((20 << 20) / 100) + 1);
        Assert.Throws<InvalidDataException>(() => budget.Spend((16 << 20) + 1, 1));
    }

    /// <summary>64 MiB of any file, and a tenth of what may come out of it.</summary>
    [Fact]
    public void What_is_in_memory_at_once_has_a_limit_of_its_own()
    {
        var budget = new ReadingBudget("a.arrow", 1 << 20, 100);
        budget.Hold(74 << 20);
        Assert.Equal(
            "a.arrow: 74 MiB of its content would be in memory at once, more than 74 MiB, for a file of 1 MiB. It may be made to exhaust memory. If you trust "
                + "it, set `MaxExpansion` higher, or to null for no limit.",
            Assert.Throws<InvalidDataException>(() => budget.Hold(1)).Message);
        budget.HoldNothing();
        budget.Hold(74 << 20);
        budget.Hold(-(10 << 20));
        budget.Hold(10 << 20);
        new ReadingBudget("a", 1, null).Hold(long.MaxValue);
    }

    [Theory]
    [InlineData("long.arrow")]
    [InlineData("long.parquet")]
    public void A_row_that_is_too_long_is_left_out_in_every_container(string name)
    {
        string path = _folder.File(name);
        string[] prompts = ["p", "q"], chosen = [new('x', 3000), "c"], rejected = ["r", "r"];
        if (name == "long.arrow") WriteArrow(path, prompts, chosen, rejected);
        else WriteParquet(path, prompts, chosen, rejected);
        var log = new DropLog();
        Assert.Equal("q", Assert.Single(PreferenceReader.ReadLocated(path, new PreferenceLoadOptions { MaxRowBytes = 2048 }, null, log)).Row.Prompt);
        Assert.Equal("A row must be at most 2 KiB long (`MaxRowBytes`), but is longer.", Assert.Single(log.Drops).Example);
        Assert.Equal(2, PreferenceReader.Read(path).Count());
    }

    [Fact]
    public void Blank_lines_of_a_gzip_file_are_counted()
    {
        string path = _folder.File("blank.jsonl.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Row + "\n"));
            byte[] line = [.. Enumerable.Repeat((byte)' ', 1 << 20), (byte)'\n'];
            for (int i = 0; i < 400; i++) gzip.Write(line);
        }
        AssertRefusedUnlessTrusted(path, 1, "blank.jsonl.gz");
    }

    /// <summary>A text that stands there once, in every row.</summary>
    [Fact]
    public void A_text_that_all_rows_of_an_arrow_file_share_is_counted_for_each()
    {
        string path = _folder.File("shared.arrow");
        string text = new('x', 1 << 20);
        StringArray Texts(string value) => new StringArray.Builder().Append(value).Build();
        var indices = new Int32Array.Builder().AppendRange(Enumerable.Repeat(0, 320)).Build();
        DictionaryArray Column(string value) => new(new Apache.Arrow.Types.DictionaryType(
            Apache.Arrow.Types.Int32Type.Default, Apache.Arrow.Types.StringType.Default, false), indices, Texts(value));
        RecordBatch batch = new RecordBatch.Builder().Append("prompt", false, Column(text)).Append("chosen", false, Column("c"))
            .Append("rejected", false, Column("r")).Build();
        using (var writer = new ArrowFileWriter(File.Create(path), batch.Schema))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        AssertRefusedUnlessTrusted(path, 320, "shared.arrow");
    }

    private static void WriteArrow(string path, string[] prompts, string[] chosen, string[] rejected)
    {
        StringArray Column(string[] texts) => new StringArray.Builder().AppendRange(texts).Build();
        RecordBatch batch = new RecordBatch.Builder().Append("prompt", false, Column(prompts)).Append("chosen", false, Column(chosen))
            .Append("rejected", false, Column(rejected)).Build();
        using var writer = new ArrowFileWriter(File.Create(path), batch.Schema);
        writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }

    private static void WriteParquet(string path, params string[][] columns) => HostileFiles.WriteParquet(path, columns).GetAwaiter().GetResult();

    private static void AssertRefusedUnlessTrusted(string path, int rows, string name)
    {
        Assert.StartsWith($"{name}: its content is larger than ", Assert.Throws<InvalidDataException>(
            () => PreferenceReader.Read(path, new PreferenceLoadOptions { MaxExpansion = 10 }).Count()).Message, StringComparison.Ordinal);
        Assert.Equal(rows, PreferenceReader.Read(path, new PreferenceLoadOptions { MaxExpansion = null }).Count());
    }
}
