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

    private static void AssertRefusedUnlessTrusted(string path, int rows, string name)
    {
        Assert.StartsWith($"{name}: its content is larger than ", Assert.Throws<InvalidDataException>(
            () => PreferenceReader.Read(path, new PreferenceLoadOptions { MaxExpansion = 10 }).Count()).Message, StringComparison.Ordinal);
        Assert.Equal(rows, PreferenceReader.Read(path, new PreferenceLoadOptions { MaxExpansion = null }).Count());
    }
}
