namespace Microsoft.ML.SimPO.Data;

public class PreferenceReaderTests
{
    [Fact]
    public void Plain_rows_come_to_the_character_and_one_line_says_how_they_were_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """{"prompt": "Hi \n", "chosen": " 你好 🙂", "rejected": "no\t\"x\""}""" + "\n\n");
        var info = new List<string>();
        PreferenceRow row = Assert.Single(PreferenceReader.Read(path, null, info.Add));
        Assert.Equal(new PreferenceRow("Hi \n", " 你好 🙂", "no\t\"x\"", null, null), row);
        Assert.Equal(["a.jsonl: read as plain text (prompt `prompt`, chosen `chosen`, rejected `rejected`), recognised by its fields. To read it otherwise, "
            + "set `Format` or `Columns`."], info);
    }

    [Fact]
    public void A_sequence_can_be_enumerated_again_and_tells_only_once()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """{"prompt": "p", "chosen": "c", "rejected": "r"}""");
        var info = new List<string>();
        IEnumerable<PreferenceRow> rows = PreferenceReader.Read(path, null, info.Add);
        Assert.Equal(rows.ToArray(), rows.ToArray());
        Assert.Single(info);
    }

    [Fact]
    public void Malformed_rows_are_left_out_and_counted_with_line_field_and_what_was_expected()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """
            {"prompt": "p", "chosen": "c", "rejected": "r"}
            {"prompt": "p", "chosen": 3, "rejected": "r"}
            {"prompt": "p", "chosen": "c"
            {"prompt": "p", "chosen": "c"}
            {"prompt": "p", "chosen": "c", "rejected": "  "}
            """);
        var info = new List<string>();
        var log = new DropLog();
        Assert.Single(PreferenceReader.ReadLocated(path, null, info.Add, log));
        Assert.Equal(5, log.Rows);
        Assert.Equal(
            [
                new DroppedRows(DropReason.Malformed, 2, "a.jsonl, line 2", "`chosen` must be text or a list of messages, but was a number."),
                new DroppedRows(DropReason.MissingField, 1, "a.jsonl, line 4", "`rejected` is missing or null."),
                new DroppedRows(DropReason.EmptyField, 1, "a.jsonl, line 5", "`rejected` holds no visible character."),
            ],
            log.Drops);
        Assert.Equal("a.jsonl: 4 of 5 rows cannot be read as pairs and were left out. The first: a.jsonl, line 2: `chosen` must be text or a list of messages, "
            + "but was a number.", info[1]);
    }

    [Fact]
    public void Strict_reading_stops_at_the_first_malformed_row()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """
            {"prompt": "p", "chosen": "c", "rejected": "r"}
            {"prompt": "p", "chosen": "c"}
            {"prompt": "p"}
            """);
        var strict = new PreferenceLoadOptions { MalformedRows = MalformedRows.FailAtFirst };
        var thrown = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path, strict).ToArray());
        Assert.Equal("a.jsonl, line 2: `rejected` is missing or null.", thrown.Message);
        thrown = Assert.Throws<InvalidDataException>(
            () => PreferenceReader.Read(path, new PreferenceLoadOptions { MalformedRows = MalformedRows.FailAtEnd }).ToArray());
        Assert.Equal(
            $"a.jsonl: 2 of 3 rows cannot be read as pairs:{Environment.NewLine}a.jsonl, line 2: `rejected` is missing or null.{Environment.NewLine}a.jsonl, "
                + "line 3: `chosen` is missing or null.",
            thrown.Message);
    }

    [Fact]
    public void Data_of_which_no_row_is_left_is_refused()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """{"prompt": "p", "chosen": "", "rejected": "r"}""");
        var thrown = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).ToArray());
        Assert.Equal(
            $"a.jsonl: 1 of 1 rows cannot be read as pairs:{Environment.NewLine}a.jsonl, line 1: `chosen` holds no visible character.", thrown.Message);
    }

    [Fact]
    public void At_most_so_many_rows_are_read()
    {
        using var folder = new TemporaryFolder();
        string row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""";
        string path = folder.Write("a.jsonl", string.Concat(Enumerable.Repeat(row + "\n", 200)) + "broken");
        Assert.Equal(3, PreferenceReader.Read(path, new PreferenceLoadOptions { MaxRows = 3 }).Count());
        Assert.Equal(150, PreferenceReader.Read(path, new PreferenceLoadOptions { MaxRows = 150 }).Count());
    }

    [Fact]
    public void All_faults_of_the_options_come_in_one_error()
    {
        var options = new PreferenceLoadOptions { MaxRows = 0, MaxRowBytes = 5, MinimumRatingGap = -1, Format = (PreferenceFormat)99, Split = " " };
        var thrown = Assert.Throws<ArgumentException>(() => PreferenceReader.Read("nowhere", options));
        Assert.Equal(
            [
                "`Format` must be one of Auto, Plain, Chat, ImplicitPrompt, AnthropicDialogue, RatedList, RatedRows, but was 99.",
                "`MinimumRatingGap` must be at least 0, but was -1. Use 0 to take every pair whose scores differ.",
                "`MaxRows` must be at least 1, but was 0. Use null to read all rows.",
                "`MaxRowBytes` must be from 1024 to 1073741824, but was 5. Use 67108864, the default.",
                "`Split` must not be blank. Use null for the train split.",
            ],
            thrown.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void A_path_that_is_not_there_is_named()
    {
        var thrown = Assert.Throws<FileNotFoundException>(() => PreferenceReader.Read("no/such.jsonl"));
        Assert.Equal("Could not find preference data at 'no/such.jsonl': there is no such file or folder.", thrown.Message);
    }

    [SkippableFact]
    public void Real_data_is_read_whole()
    {
        string path = TestAssets.Data("dpo_en_demo.json");
        var log = new DropLog();
        Assert.Equal(300, PreferenceReader.ReadLocated(path, null, null, log).Count());
        Assert.Empty(log.Drops);
    }
}
