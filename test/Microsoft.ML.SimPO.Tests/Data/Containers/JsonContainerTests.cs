using System.IO.Compression;
using System.Text;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Data;

public class JsonContainerTests
{
    private const string Row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""";

    [Theory]
    [InlineData("a.json", "[\n{0},\n {0}\n]\n")]
    [InlineData("a.json", "{0}\n{0}\n")]
    [InlineData("a.json", "\uFEFF[{0},{0}]")]
    [InlineData("a.jsonl", "\uFEFF{0}\r\n\r\n{0}")]
    [InlineData("a.txt", "[{0},{0}]")]
    [InlineData("a.json", "{\"version\": \"1.0\", \"info\": {\"by\": [1]}, \"data\": [{0},\n{0}], \"more\": 1}")]
    [InlineData("a.json", "\n{\"rows\": [\n  {0}, {0}]}\n")]
    public void Arrays_lines_and_objects_one_after_the_other_are_read(string name, string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, PreferenceReader.Read(folder.Write(name, text.Replace("{0}", Row, StringComparison.Ordinal))).Count());
    }

    /// <summary>What pandas makes of a frame by each of its orientations, and an object of lists.</summary>
    [Theory]
    [InlineData("{\"prompt\": {\"0\": \"p\", \"1\": \"q\"}, \"chosen\": {\"0\": \"c\", \"1\": \"c\"}, \"rejected\": {\"0\": \"r\", \"1\": \"r\"}}")]
    [InlineData("{\"prompt\": [\"p\", \"q\"],\n \"chosen\": [\"c\", \"c\"], \"rejected\": [\"r\", \"r\"]}")]
    [InlineData("{\"columns\": [\"prompt\", \"chosen\", \"rejected\"], \"index\": [0, 1], \"data\": [[\"p\", \"c\", \"r\"], [\"q\", \"c\", \"r\"]]}")]
    [InlineData("{\"0\": {\"prompt\": \"p\", \"chosen\": \"c\", \"rejected\": \"r\"}, \"1\": {\"prompt\": \"q\", \"chosen\": \"c\", \"rejected\": \"r\"}}")]
    [InlineData("{\"schema\": {\"fields\": [{\"name\": \"prompt\"}]}, \"data\": [{\"prompt\": \"p\", \"chosen\": \"c\", \"rejected\": \"r\"}, "
        + "{\"prompt\": \"q\", \"chosen\": \"c\", \"rejected\": \"r\"}]}")]
    public void Rows_that_stand_column_by_column_are_turned(string text)
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "a.json", "a.jsonl" })
        {
            string path = folder.Write(name, name == "a.jsonl" ? text.ReplaceLineEndings("") : text);
            for (int pass = 0; pass < 2; pass++)
                Assert.Equal([new("p", "c", "r", null, null), new("q", "c", "r", null, null)], PreferenceReader.Read(path));
        }
    }

    /// <summary>More of them than are looked at before it is known which fields are read.</summary>
    [Fact]
    public void Rows_of_the_hubs_interface_stand_in_an_object_each()
    {
        using var folder = new TemporaryFolder();
        string rows = string.Join(",", Enumerable.Range(0, 400).Select(i => $$"""{"row_idx": {{i}}, "row": {{Row}}, "truncated_cells": []}"""));
        string path = folder.Write("a.json", $$"""{"features": [{"feature_idx": 0, "name": "prompt"}], "rows": [{{rows}}], "num_rows_total": 400}""");
        Assert.Equal(Enumerable.Repeat(new PreferenceRow("p", "c", "r", null, null), 400), PreferenceReader.Read(path));
    }

    /// <summary>A row of messages, or of several answers, is one row.</summary>
    [Theory]
    [InlineData("{\"chosen\": [{\"role\": \"user\", \"content\": \"p\"}, {\"role\": \"assistant\", \"content\": \"c\"}], "
        + "\"rejected\": [{\"role\": \"user\", \"content\": \"p\"}, {\"role\": \"assistant\", \"content\": \"r\"}]}")]
    [InlineData("{\"prompt\": \"p\", \"responses\": [\"c\", \"r\"], \"scores\": [2, 1]}")]
    public void A_row_of_lists_stays_one(string text)
    {
        using var folder = new TemporaryFolder();
        PreferenceRow row = Assert.Single(PreferenceReader.Read(folder.Write("a.json", text)));
        Assert.Equal(("p", "c", "r"), (row.Prompt, row.Chosen, row.Rejected));
    }

    [Fact]
    public void Objects_over_several_lines_one_after_the_other_are_read()
    {
        using var folder = new TemporaryFolder();
        string pretty = Row.Replace(", ", ",\n  ", StringComparison.Ordinal).Replace("{", "{\n", StringComparison.Ordinal);
        Assert.Equal(2, PreferenceReader.Read(folder.Write("a.json", $"{pretty}\n{pretty}\n")).Count());
    }

    [Fact]
    public void Utf16_as_spreadsheets_write_it_is_read()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("""{"prompt": "ä🙂", "chosen": "c", "rejected": "r"}""")];
        Assert.Equal("ä🙂", Assert.Single(PreferenceReader.Read(folder.Write("a.jsonl", bytes))).Prompt);
    }

    [Fact]
    public void A_row_larger_than_the_buffer_keeps_its_place()
    {
        using var folder = new TemporaryFolder();
        string big = Row.Replace("\"c\"", $"\"{new string('x', 300_000)}\"", StringComparison.Ordinal);
        string path = folder.Write("a.json", $"[\n{Row},\n{big},\n\n{Row.Replace("\"r\"", "7", StringComparison.Ordinal)}\n]");
        var log = new DropLog();
        Assert.Equal([1, 300_000], PreferenceReader.ReadLocated(path, null, null, log).Select(row => row.Row.Chosen.Length));
        Assert.Equal("a.json, line 5", Assert.Single(log.Drops).ExamplePlace);
    }

    [Theory]
    [InlineData("[{0} {0}]", "a.json, line 1: expected `,` or `]` after a row, but found `{`.")]
    [InlineData("[{0},\n]", "a.json, line 2: expected a row, but found `]`.")]
    [InlineData("[{0}", "a.json, line 1: expected `,` or `]` after a row, but the file ends.")]
    [InlineData("{\"data\": [{0}]", "a.json, line 1: expected `}` after the rows, but the file ends.")]
    [InlineData("[{0}] x", "a.json, line 1: expected nothing after the array's end, but found `x`.")]
    [InlineData("[{0},\n{\"prompt\": }]", "a.json, row 2, line 2: JSON is broken at byte 11: '}' is an invalid start of a value.")]
    [InlineData("[{0},\n{\"prompt\": \"x", "a.json, row 2, line 2: JSON is broken at byte 13: Expected end of string, but instead reached end of data.")]
    public void A_broken_array_is_refused_with_its_place(string text, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.json", text.Replace("{0}", Row, StringComparison.Ordinal));
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    [Fact]
    public void Json_100000_deep_is_refused_without_a_stack_overflow()
    {
        using var folder = new TemporaryFolder();
        string deep = $"{{\"prompt\": {new string('[', 100_000)}";
        var log = new DropLog();
        Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", $"{Row}\n{deep}\n"), null, null, log));
        Assert.Equal("JSON must not be nested deeper than 64, but is at byte 74.", Assert.Single(log.Drops).Example);
        var thrown = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write("a.json", $"[{Row},{deep}]")).Count());
        Assert.Equal("a.json, row 2, line 1: JSON must not be nested deeper than 64, but is at byte 74.", thrown.Message);
    }

    [Fact]
    public void A_line_that_is_too_long_is_passed_over_without_being_held()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.jsonl");
        using (var file = File.CreateText(path))
        {
            file.WriteLine(Row);
            for (int i = 0; i < 200; i++) file.Write(new string('x', 1 << 20));
            file.WriteLine();
            file.WriteLine(Row);
        }
        var log = new DropLog();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(2, PreferenceReader.ReadLocated(path, new PreferenceLoadOptions { MaxRowBytes = 1 << 20 }, null, log).Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 << 20);
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 1, "a.jsonl, line 2", "A row must be at most 1 MiB long (`MaxRowBytes`), but is longer.")], log.Drops);
    }

    [Fact]
    public void A_truncated_gzip_is_refused_with_its_place()
    {
        using var folder = new TemporaryFolder();
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            var random = new SeededRandom(3);
            for (int i = 0; i < 20_000; i++)
                gzip.Write(Encoding.UTF8.GetBytes($$"""{"prompt": "p {{random.Next()}}", "chosen": "c {{random.Next()}}", "rejected": "r"}""" + "\n"));
        }
        string path = folder.Write("a.jsonl.gz", bytes.ToArray()[..^10_000]);
        var thrown = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count());
        Assert.Matches("^a.jsonl.gz is damaged after byte [0-9]+ of its decompressed content: ", thrown.Message);
    }

    [Fact]
    public void A_gzip_of_several_parts_is_read_whole()
    {
        using var folder = new TemporaryFolder();
        var bytes = new MemoryStream();
        for (int part = 0; part < 3; part++)
        {
            using var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes(Row + "\n"));
        }
        Assert.Equal(3, PreferenceReader.Read(folder.Write("a.jsonl.gz", bytes.ToArray())).Count());
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_a_malformed_row()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Row + "\n"), .. "{\"prompt\": \""u8, 0xE4, .. "\", \"chosen\": \"c\", \"rejected\": \"r\"}"u8];
        var log = new DropLog();
        Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", bytes), null, null, log));
        Assert.Equal("Text must be valid UTF-8 and whole surrogate pairs, but byte 11 starts one that is not.", Assert.Single(log.Drops).Example);
    }

    [Fact]
    public void A_row_of_a_million_empty_lists_does_not_grow_to_many_times_its_bytes()
    {
        using var folder = new TemporaryFolder();
        string many = $"{{\"prompt\": [{string.Join(',', Enumerable.Repeat("[]", 1_000_001))}]}}";
        var log = new DropLog();
        Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", $"{Row}\n{many}\n"), null, null, log));
        Assert.Equal("A row must hold at most 1000000 values, but holds more.", Assert.Single(log.Drops).Example);
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("a.jsonl: expected rows, but the file is empty.",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write("a.jsonl", "")).Count()).Message);
        Assert.Equal("b.json: expected rows, but found none",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write("b.json", "[]")).Count()).Message);
    }

    [Theory]
    [InlineData("a.jsonl", "[{0},{0}]")]
    [InlineData("a.jsonl", "[\n  {0},\n  {0}\n]\n")]
    [InlineData("a.jsonl", "\n[{0}]\n[{0}]\n")]
    [InlineData("a.json", "[{0}]\r\n[{0}]")]
    [InlineData("a.ndjson", "[{0},{0}]\n")]
    [InlineData("a.jsonl", "{\"data\": [{0},\n{0}]}")]
    [InlineData("a.jsonl", "{0}{0}\n")]
    [InlineData("a.jsonl", "{0} {0}")]
    [InlineData("a.json", "{0}\n{0}")]
    [InlineData("a.txt", "{0}\r\n{0}\r\n")]
    public void Arrays_and_lines_are_told_by_content_and_not_by_name(string name, string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, PreferenceReader.Read(folder.Write(name, text.Replace("{0}", Row, StringComparison.Ordinal))).Count());
    }

    [Fact]
    public void Objects_over_several_lines_are_read_in_a_file_that_is_called_lines()
    {
        using var folder = new TemporaryFolder();
        string pretty = Row.Replace(", ", ",\n  ", StringComparison.Ordinal).Replace("{", "{\n", StringComparison.Ordinal);
        Assert.Equal(2, PreferenceReader.Read(folder.Write("a.jsonl", $"{pretty}\n{pretty}\n")).Count());
    }

    [Fact]
    public void A_line_with_two_objects_counts_both()
    {
        using var folder = new TemporaryFolder();
        var log = new DropLog();
        string path = folder.Write("a.jsonl", $"{Row}\n{Row}{Row.Replace("\"c\"", "7", StringComparison.Ordinal)}\n{Row} x\n{Row}\n");
        Assert.Equal(["a.jsonl, line 1", "a.jsonl, line 2", "a.jsonl, line 4"], PreferenceReader.ReadLocated(path, null, null, log)
            .Select(row => row.Location.ToString()));
        Assert.Equal(5, log.Rows);
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 2, "a.jsonl, line 2", "`chosen` must be text or a list of messages, but was a number.")], log.Drops);
    }

    [Fact]
    public void A_broken_first_line_does_not_make_an_array_of_lines()
    {
        using var folder = new TemporaryFolder();
        var log = new DropLog();
        Assert.Single(PreferenceReader.ReadLocated(folder.Write("a.jsonl", $"{Row[..^10]}\n{Row}\n"), null, null, log));
        Assert.Equal((2, 1), (log.Rows, log.Count(DropReason.Malformed)));
    }

    [Theory]
    [InlineData("a.jsonl", "{0}\n{1}\n{2}\n")]
    [InlineData("a.json", "[{0},{1},\n{2}]")]
    [InlineData("a.json", "{\"data\":[{0},{1},{2}]}")]
    public void Numbers_that_only_Python_writes_are_none_or_infinite(string name, string text)
    {
        using var folder = new TemporaryFolder();
        string[] scores = ["\"score_chosen\": NaN, \"score_rejected\":1", "\"score_chosen\": Infinity,\"score_rejected\":NaN",
            "\"score_chosen\": 2, \"score_rejected\": -Infinity"];
        for (int i = 0; i < scores.Length; i++)
            text = text.Replace(
                $"{{{i}}}", $"{{\"prompt\": \"NaN \\\" Infinity\", \"chosen\": \"c\\\\\", \"rejected\": \"r\", {scores[i]}}}", StringComparison.Ordinal);
        PreferenceRow[] rows = PreferenceReader.Read(folder.Write(name, text)).ToArray();
        Assert.Equal(
            [(null, 1f), (float.PositiveInfinity, null), (2f, float.NegativeInfinity)],
            rows.Select(row => (row.ScoreChosen, row.ScoreRejected)));
        Assert.All(rows, row => Assert.Equal(("NaN \" Infinity", "c\\", "r"), (row.Prompt, row.Chosen, row.Rejected)));
    }

    [Fact]
    public void Python_numbers_are_found_wherever_the_buffer_ends()
    {
        using var folder = new TemporaryFolder();
        for (int pad = 65_380; pad < 65_440; pad += 3)
        {
            string row =
                $"{{\"prompt\": \"{new string('x', pad)}\", \"chosen\": \"c\", \"rejected\": \"r\", \"score_chosen\": -Infinity, \"score_rejected\": NaN}}";
            PreferenceRow read = PreferenceReader.Read(folder.Write("a.json", $"[{row},{row}]")).Last();
            Assert.Equal((pad, float.NegativeInfinity, null), (read.Prompt.Length, read.ScoreChosen, read.ScoreRejected));
        }
    }

    [Theory]
    [InlineData(
        "[{0}, {\"prompt\": NaNa}]", "a.json, row 2, line 1: JSON is broken at byte 15: 'a' is invalid after a value. Expected either ',', '}', or ']'.")]
    [InlineData("[{0}, {\"prompt\": N}]", "a.json, row 2, line 1: JSON is broken at byte 11: 'N' is an invalid start of a value.")]
    public void What_only_begins_like_a_number_of_Python_is_broken(string text, string message)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.json", text.Replace("{0}", Row, StringComparison.Ordinal));
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    public static TheoryData<string, string> Encodings()
    {
        var data = new TheoryData<string, string>();
        foreach (string encoding in new[] { "utf-16", "utf-16BE", "utf-32", "utf-8" })
        {
            foreach (string name in new[] { "a.jsonl", "a.json", "a.txt", "a.csv", "a.tsv" }) data.Add(encoding, name);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Text_in_other_encodings_is_read_whatever_the_file_is_called(string encoding, string name)
    {
        using var folder = new TemporaryFolder();
        string text = Path.GetExtension(name) switch
        {
            ".csv" => "prompt\tchosen\trejected\r\nä🙂\tc\tr\r\n",
            ".tsv" => "prompt\tchosen\trejected\nä🙂\tc\tr\n",
            ".json" => "[\n{\"prompt\": \"ä🙂\", \"chosen\": \"c\", \"rejected\": \"r\"}]",
            _ => "{\"prompt\": \"ä🙂\", \"chosen\": \"c\", \"rejected\": \"r\"}\n",
        };
        Encoding into = Encoding.GetEncoding(encoding);
        byte[] marked = [.. into.GetPreamble(), .. into.GetBytes(text)];
        Assert.Equal(new PreferenceRow("ä🙂", "c", "r", null, null), Assert.Single(PreferenceReader.Read(folder.Write(name, marked))));
        if (encoding == "utf-32") return;
        Assert.Equal(new PreferenceRow("ä🙂", "c", "r", null, null), Assert.Single(PreferenceReader.Read(folder.Write(name, into.GetBytes(text)))));
    }
}
