using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

public class ArrowSourceTests
{
    [Fact]
    public void Dictionaries_numbers_lists_and_structs_come_as_they_are()
    {
        using var folder = new TemporaryFolder();
        var words = new StringArray.Builder().Append("x").Append("y").Build();
        var indices = new Int8Array.Builder().Append(1).AppendNull().Append(0).Build();
        var dictionary = new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), indices, words);
        var lists = new ListArray.Builder(Int32Type.Default);
        var numbers = (Int32Array.Builder)lists.ValueBuilder;
        lists.Append();
        numbers.Append(1).AppendNull();
        lists.AppendNull();
        lists.Append();
        var flags = new BooleanArray.Builder().Append(true).Append(false).AppendNull().Build();
        var text = new StringArray.Builder().Append("a").AppendNull().Append("c").Build();
        var record = new StructArray(new StructType([new Field("t", StringType.Default, true)]), 3, [text], ArrowBuffer.Empty, 0);
        RecordBatch batch = new RecordBatch.Builder().Append("d", true, dictionary).Append("l", true, lists.Build()).Append("f", true, flags)
            .Append("s", true, record).Build();
        string path = folder.File("a.arrow");
        using (FileStream stream = File.Create(path))
        using (var writer = new ArrowFileWriter(stream, batch.Schema))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        FieldRecord[] rows = new ArrowSource(new InputFile(path, "a.arrow"), isStream: false).Read(new FieldSelection()).Select(row => row.Fields!).ToArray();
        Assert.Equal(["y [1,null] true {a}", "null null false {null}", "x [] null {c}"],
            rows.Select(row => $"{Text(row["d"])} {Text(row["l"])} {Text(row["f"])} {Text(row["s"])}"));
    }

    [Theory]
    [InlineData("plain/rows.arrow")]
    [InlineData("plain/rows.stream.arrow")]
    public void A_file_that_was_cut_off_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(Repository.PathOf(["test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", .. name.Split('/')]));
        string path = folder.Write("a.arrow", bytes[..(bytes.Length / 2)]);
        Assert.StartsWith("a.arrow is damaged Arrow data: ", Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_buffer_that_the_file_cannot_fill_gets_no_memory()
    {
        var allocator = new BoundedAllocator(100_000, new ReadingBudget("a", 100_000, 200));
        Assert.Equal(
            "a buffer of 1 GiB is declared, which a file of 97.66 KiB cannot hold.",
            Assert.Throws<InvalidDataException>(() => allocator.Allocate(1 << 30)).Message);
        using var buffer = allocator.Allocate(1 << 20);
        Assert.InRange(buffer.Memory.Length, 1 << 20, 1 << 21);
    }

    [Theory]
    [InlineData(4, true, "a.arrow is damaged Arrow data: its schema is declared to have 2 GiB; at most 4 MiB, and no more than the file, are read.")]
    [InlineData(-10, false, "a.arrow is damaged Arrow data: its footer is declared to have 2 GiB; at most 4 MiB, and no more than the file, are read.")]
    public void A_length_that_lies_is_refused(int at, bool isStream, string message)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes =
            File.ReadAllBytes(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens", "data", "plain", isStream ? "rows.stream.arrow" : "rows.arrow"));
        new byte[] { 0xFF, 0xFF, 0xFF, 0x7F }.CopyTo(bytes, at < 0 ? bytes.Length + at : at);
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write("a.arrow", bytes)).Count()).Message);
    }

    [Fact]
    public void A_schema_nested_50000_deep_is_refused_without_a_stack_overflow()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.arrow");
        var writing = new Thread(
            () =>
            {
                IArrowType type = StringType.Default;
                for (int i = 0; i < 50_000; i++) type = new StructType([new Field("a", type, true)]);
                using FileStream stream = File.Create(path);
                using var writer = new ArrowStreamWriter(stream, new Schema([new Field("a", type, true)], null));
                writer.WriteStart();
                writer.WriteEnd();
            },
            1 << 29);
        writing.Start();
        writing.Join();
        Assert.Equal("a.arrow is damaged Arrow data: its schema is nested deeper than 16.",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    private static string Text(FieldValue value) => value.Kind switch
    {
        FieldKind.Null => "null",
        FieldKind.Boolean => value.Boolean ? "true" : "false",
        FieldKind.Number => FormattableString.Invariant($"{value.Number}"),
        FieldKind.List => $"[{string.Join(',', value.Items.Select(Text))}]",
        FieldKind.Record => $"{{{string.Join(',', value.Record.Names.Select(name => Text(value.Record[name])))}}}",
        _ => value.Text,
    };
}
