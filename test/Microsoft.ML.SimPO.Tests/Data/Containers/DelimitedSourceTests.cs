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
        Assert.Equal([new DroppedRows(DropReason.Malformed, 1, "a.csv, line 3", "`chosen` must be UTF-8, but holds the byte 0xE4, `ä` in Windows-1252. Save the file as UTF-8.")], log.Drops);
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

    [Theory]
    [InlineData("a.csv", "prompt,chosen,rejected\nHow long is 5\" in cm?,It is \"12.7\" cm.,no 5\"\n", "How long is 5\" in cm?", "It is \"12.7\" cm.", "no 5\"")]
    [InlineData("a.tsv", "prompt\tchosen\trejected\r\nWhat is \"no\"?\tThe word \"no\".\t19\"\r\n", "What is \"no\"?", "The word \"no\".", "19\"")]
    [InlineData("a.csv", "prompt;chosen;rejected\nq\"\"q;\"a\"\";b\"; \"c\"\n", "q\"\"q", "a\";b", " \"c\"")]
    public void Only_a_quote_at_the_start_of_a_field_opens_quoting(string name, string text, string prompt, string chosen, string rejected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new PreferenceRow(prompt, chosen, rejected, null, null), Assert.Single(PreferenceReader.Read(folder.Write(name, text))));
    }

    [Fact]
    public void A_quoted_field_after_a_blank_is_no_quoted_field()
    {
        using var folder = new TemporaryFolder();
        var log = new DropLog();
        string path = folder.Write("a.csv", "prompt, chosen, rejected\n\"a, b?\", \"yes, both\", \"no, none\"\nq, y, n\n");
        Assert.Equal(new PreferenceRow("q", " y", " n", null, null), Assert.Single(PreferenceReader.ReadLocated(path, null, null, log)).Row);
        Assert.Equal([new DroppedRows(DropReason.Malformed, 1, "a.csv, line 2", "A row must have 3 fields like the header, but has 5.")], log.Drops);
    }

    [Fact]
    public void A_backslash_before_quotes_as_Spark_writes_it_is_no_part_of_the_text()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(
            "part-0.csv",
            """
            prompt,chosen,rejected
            "Where is C:\temp, please?","Under C:\temp\new, next to \"old\".",On C:.
            "5\"","\"No\"","a \\\"b\\"
            plain \,"ends with \","x"

            """);
        Assert.Equal(
            [
                new PreferenceRow("Where is C:\\temp, please?", "Under C:\\temp\\new, next to \"old\".", "On C:.", null, null),
                new PreferenceRow("5\"", "\"No\"", "a \\\"b\\", null, null),
                new PreferenceRow("plain \\", "ends with \\", "x", null, null),
            ],
            PreferenceReader.Read(path));
    }

    [Fact]
    public void A_backslash_at_the_end_of_quotes_stays_where_the_file_has_no_escapes()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", "prompt,chosen,rejected\n\"C:\\\",\"say \"\"x\"\"\",\"\\n\"\n");
        Assert.Equal(new PreferenceRow("C:\\", "say \"x\"", "\\n", null, null), Assert.Single(PreferenceReader.Read(path)));
    }

    [Theory]
    [InlineData("prompt,chosen,rejected\rp,\"one\ntwo\",r\rq,c,r\r")]
    [InlineData("prompt,chosen,rejected\rp,\"one\ntwo\",r\rq,c,r")]
    [InlineData("prompt,chosen,rejected\rp,one\ntwo,r\rq,c,r\r")]
    [InlineData("prompt,chosen,rejected\r\n\r\np,\"one\ntwo\",r\r\nq,c,r\r\n")]
    public void Rows_end_with_a_lone_carriage_return_where_the_header_does(string text)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(
            [new PreferenceRow("p", "one\ntwo", "r", null, null), new PreferenceRow("q", "c", "r", null, null)],
            PreferenceReader.Read(folder.Write("a.csv", text)));
    }

    [Theory]
    [InlineData("prompt;chosen;rejected;score_chosen;score_rejected\np;c;r;4,5;-1,25\n", 4.5f, -1.25f)]
    [InlineData("prompt;chosen;rejected;score_chosen;score_rejected\np;c;r;4.5;1\n", 4.5f, 1f)]
    [InlineData("sep=;\r\nprompt;chosen;rejected;score_chosen;score_rejected\r\np;c;r;1e1;0,5\r\n", 10f, 0.5f)]
    [InlineData("prompt|chosen|rejected|score_chosen|score_rejected\np|c|r|2|1\n", 2f, 1f)]
    public void A_comma_is_a_decimal_separator_where_semicolons_part_the_fields(string text, float chosen, float rejected)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(new PreferenceRow("p", "c", "r", chosen, rejected), Assert.Single(PreferenceReader.Read(folder.Write("a.csv", text))));
    }

    [Theory]
    [InlineData("1.234,5")]
    [InlineData("1,2,3")]
    public void A_number_that_can_be_read_in_two_ways_is_refused(string score)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", $"prompt;chosen;rejected;score_chosen;score_rejected\np;c;r;{score};1\np;c;r;2,5;1\n");
        var log = new DropLog();
        Assert.Equal(2.5f, Assert.Single(PreferenceReader.ReadLocated(path, null, null, log)).Row.ScoreChosen);
        Assert.Equal([new DroppedRows(DropReason.Malformed, 1, "a.csv, line 2", "`score_chosen` must be a number, but was text.")], log.Drops);
    }

    [Fact]
    public void A_header_that_is_not_utf8_is_refused_with_its_byte()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.csv", [.. "prompt,chosen,rejected,gr"u8, 0xF6, .. "e\np,c,r,1\n"u8]);
        Assert.Equal(
            "a.csv: its header must be UTF-8, but holds the byte 0xF6, `ö` in Windows-1252. Save the file as UTF-8.",
            Assert.Throws<InvalidDataException>(() => PreferenceReader.Read(path).Count()).Message);
    }

    [Fact]
    public void Records_longer_than_the_buffer_are_read_to_the_character()
    {
        using var folder = new TemporaryFolder();
        string[] texts = Enumerable.Range(0, 40).Select(i => string.Concat(Enumerable.Repeat($"{i} \"quoted\", and\r\nmore, ", 20 * i * i + 1))).ToArray();
        string path = folder.Write("a.csv", "prompt,chosen,rejected\n" + string.Concat(texts.Select(text => $"p,\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\",r\n")));
        Assert.Equal(texts, PreferenceReader.Read(path).Select(row => row.Chosen));
    }
}
