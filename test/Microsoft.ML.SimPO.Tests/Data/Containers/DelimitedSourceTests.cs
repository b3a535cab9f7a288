namespace Microsoft.ML.SimPO.Data;

public class DelimitedSourceTests
{
    [Theory]
    [InlineData("a.csv", "prompt,chosen,rejected\n\"p\"\"1\"\"\nx\",\"c,\",r\n")]
    [InlineData("a.csv", "prompt;chosen;rejected\r\n\"p\"\"1\"\"\nx\";c,;r\r\n")]
    [InlineData("a.tsv", "prompt\tchosen\trejected\n\"p\"\"1\"\"\nx\"\tc,\tr")]
    public void Quotes_separators_and_line_breaks_in_fields_are_kept(string name, string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new PreferenceRow("p\"1\"\nx", "c,", "r", null, null), Assert.Single(PreferenceReader.Read(folder.Write(name, text))));
    }

    [Fact]
    public void Malformed_records_are_counted_with_line_and_reason()
    {
        using var folder = new TemporaryFolder();
        string path =
            folder.Write("a.csv", "prompt,chosen,rejected,score_chosen,score_rejected\np,c,r,2,1\np,c\np,\"c\"x,r,2,1\np,c,r,high,1\n\np,c,r,,\np,\"c,r,2,1\n");
        var log = new DropLog();
        Assert.Equal([2f, null], PreferenceReader.ReadLocated(path, null, null, log).Select(row => row.Row.ScoreChosen));
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 4, "a.csv, line 3", "A row must have 5 fields like the header, but has 2.")],
            log.Drops);
        var thrown = Assert.Throws<InvalidDataException>(
            () => PreferenceReader.Read(path, new PreferenceLoadOptions { MalformedRows = MalformedRows.FailAtEnd }).Count());
        Assert.Equal(
            [
                "a.csv: 4 of 6 rows cannot be read as pairs:",
                "a.csv, line 3: A row must have 5 fields like the header, but has 2.",
                "a.csv, line 4: A quoted field must end at its closing quote, but text follows it.",
                "a.csv, line 5: `score_chosen` must be a number, but was text.",
                "a.csv, line 8: A quoted field must end with a quote, but the file ends first.",
            ],
            thrown.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_a_malformed_row()
    {
        using var folder = new TemporaryFolder();
        var log = new DropLog();
        string path = folder.Write("a.csv", [.. "prompt,chosen,rejected\np,c,r\np,"u8, 0xE4, .. ",r\n"u8]);
        Assert.Single(PreferenceReader.ReadLocated(path, null, null, log));
        Assert.Equal([new DroppedRows(DropReason.Malformed, 1, "a.csv, line 3", "`chosen` must be UTF-8, but holds other bytes.")], log.Drops);
    }

    [Fact]
    public void A_record_that_is_too_long_is_left_out_or_ends_the_reading_where_its_end_is_far()
    {
        using var folder = new TemporaryFolder();
        var log = new DropLog();
        var options = new PreferenceLoadOptions { MaxRowBytes = 1024 };
        Assert.Equal(2, PreferenceReader.ReadLocated(folder.Write("a.csv", Text(5_000)), options, null, log).Count());
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 1, "a.csv, line 3", "A row must be at most 1 KiB long (`MaxRowBytes`), but is longer.")], log.Drops);
        var thrown = Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(folder.Write("b.csv", Text(500_000)), options).Count());
        Assert.Equal("b.csv is not readable as CSV: Record 3 is longer than MaxRecordSize (1024 bytes).", thrown.Message);

        static string Text(int length) => $"prompt,chosen,rejected\np,c,r\np,\"{new string('x', length)}\",r\np,c,r\n";
    }

    [Fact]
    public void Messages_as_json_text_in_a_column_are_understood()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", "prompt,chosen,rejected\n\"[{\"\"role\"\":\"\"system\"\",\"\"content\"\":\"\"s\"\"},{\"\"role\"\":\"\"user\"\","
            + "\"\"content\"\":\"\"q\"\"}]\",yes,no\n");
        Assert.Equal("""[{"role":"system","content":"s"},{"role":"user","content":"q"}]""", Assert.Single(PreferenceReader.Read(path)).Prompt);
    }
}
