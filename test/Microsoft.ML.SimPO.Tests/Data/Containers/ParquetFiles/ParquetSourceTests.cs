using System.Buffers.Binary;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Containers.ParquetFiles;
using Microsoft.ML.SimPO.Data.Writing;
using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data;

public class ParquetSourceTests
{
    [Fact]
    public void Nulls_empty_lists_and_nested_lists_come_as_they_are()
    {
        // [[a, b], []], null, [], [null, [null, c]] : the levels of an optional list of optional lists of optional texts, written by hand.
        using var folder = new TemporaryFolder();
        string path = folder.File("a.parquet");
        Write(path, new ListField("x", new ListField("element", new DataField<string>("element"))), ["a", "b", "c"], [5, 5, 3, 0, 1, 2, 4, 5],
            [0, 2, 1, 0, 0, 0, 1, 2]);
        string[] rows = new ParquetSource(new InputFile(path, "a.parquet")).Read(new FieldSelection()).Select(row => Text(row.Fields!["x"])).ToArray();
        Assert.Equal(["[[a,b],[]]", "null", "[]", "[null,[null,c]]"], rows);
    }

    [Fact]
    public void Rows_are_read_page_by_page_also_where_a_row_group_is_large()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.parquet");
        PreferenceRow[] rows = Enumerable.Range(0, 3000).Select(i => new PreferenceRow($"prompt {i}", $"chosen {i}", $"rejected {i}", i, -i)).ToArray();
        PreferenceWriter.Write(path, rows, scores: true);
        Assert.Equal(rows, PreferenceReader.Read(path));
    }

    [Fact]
    public async Task Repeated_texts_come_through_the_dictionary()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.parquet");
        string[] words = ["alpha", "beta", "gamma"];
        string[] texts = Enumerable.Range(0, 5000).Select(i => words[i * i % 3]).ToArray();
        var schema = new ParquetSchema(new DataField<string>("prompt"), new DataField<string>("chosen"), new DataField<string>("rejected"));
        using (FileStream stream = File.Create(path))
        await using (ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            foreach (DataField field in schema.DataFields) await group.WriteAsync(field, texts);
        }
        Assert.Equal(texts, PreferenceReader.Read(path).Select(row => row.Rejected));
    }

    [Fact]
    public void A_footer_that_declares_more_than_the_file_is_refused()
    {
        byte[] bytes = Golden();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 8), 30_000_000);
        AssertRefused(bytes, "a.parquet is not readable as Parquet: its footer is declared to have 28.61 MiB, more than the file.");
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 8), uint.MaxValue);
        AssertRefused(bytes, "a.parquet is not readable as Parquet: its footer must be at most 32 MiB long, but is declared to have 4 GiB.");
    }

    [Fact]
    public void A_file_that_was_cut_off_is_refused() =>
        AssertRefused(Golden()[..^100], "a.parquet is not readable as Parquet: expected `PAR1` at its end; the file is cut off or not Parquet.");

    [Fact]
    public void A_footer_whose_numbers_run_over_its_end_is_refused_and_not_read_for_ever()
    {
        // Four bytes of a number that goes on, where the file ends.
        AssertRefused([.. "PAR1"u8, 0x15, 0xFF, 0xFF, 0xFF, 4, 0, 0, 0, .. "PAR1"u8],
            "a.parquet is not readable as Parquet: its footer is damaged: it does not end where it should.");
    }

    [Fact]
    public void A_schema_nested_100000_deep_is_refused_without_a_stack_overflow()
    {
        // FileMetaData { 1: version 1, 2: list of 100,000 SchemaElement { 4: name "a", 5: one child }, ... }
        byte[] element = [0x48, 1, (byte)'a', 0x15, 2, 0];
        var footer = new List<byte>([0x15, 2, 0x19, 0xFC, 0xA0, 0x8D, 0x06]);
        for (int i = 0; i < 100_000; i++) footer.AddRange(element);
        footer.AddRange([0x16, 0, 0x19, 0x0C, 0]);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Count);
        AssertRefused(
            [.. "PAR1"u8, .. footer, .. length, .. "PAR1"u8], "a.parquet is not readable as Parquet: its schema must have 1 to 10000 fields, but has 99999.");
        Assert.Equal(600_012, footer.Count);
    }

    private static byte[] Golden() => File.ReadAllBytes(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", "plain", "rows.parquet"));

    private static void AssertRefused(byte[] bytes, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.parquet", bytes);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    private static void Write(string path, Field field, string[] values, int[] definitions, int[] repetitions)
    {
        var schema = new ParquetSchema(field);
        using FileStream stream = File.Create(path);
        ParquetWriter writer = ParquetWriter.CreateAsync(schema, stream).GetAwaiter().GetResult();
        using (ParquetRowGroupWriter group = writer.CreateRowGroup())
        {
            ReadOnlyMemory<char>[] texts = values.Select(value => value.AsMemory()).ToArray();
            group.WriteAllPartsAsync<ReadOnlyMemory<char>>(schema.DataFields[0], texts, definitions, repetitions, CancellationToken.None).GetAwaiter()
                .GetResult();
        }
        writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static string Text(FieldValue value) => value.Kind switch
    {
        FieldKind.Null => "null",
        FieldKind.List => $"[{string.Join(',', value.Items.Select(Text))}]",
        _ => value.Text,
    };
}
