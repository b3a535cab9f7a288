namespace Microsoft.ML.SimPO.Data;

public class PrintedMessagesTests
{
    [Fact]
    public void A_tuple_of_messages_is_read_as_a_list_is()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.csv", "prompt,chosen,rejected\nWhich gate?,\"({'role': 'assistant', 'content': 'Gate 4.'},)\","
            + "\"({'role': 'assistant', 'content': 'No idea.'},)\"\n");
        Assert.Equal([new PreferenceRow("Which gate?", "Gate 4.", "No idea.", null, null)], PreferenceReader.Read(data));
    }

    public static TheoryData<string> Printed => new()
    {
        // Python's repr, NumPy's arrays in a cell of pandas (no commas, or `array(...)`), DuckDB's structs with bare words.
        "[{'role': 'user', 'content': 'q'}, {'content': \"It's \\\"so\\\"\\n\\\\ \\xe4\\u20ac\\U0001f642.\", 'role': 'assistant'}]",
        "[{'role': 'user', 'content': 'q', 'name': None}\n {'role': 'assistant', 'content': 'It\\'s \"so\"\\n\\\\ \\u00e4\\u20ac🙂.'}]",
        "array([{'role': 'user', 'content': 'q'},\n       {'role': 'assistant', 'content': 'It\\'s \"so\"\\n\\\\ ä€🙂.'}], dtype=object)",
        "[{'role': user, 'content': q}, {'role': assistant, 'content': 'It\\'s \"so\"\n\\\\ ä€🙂.', 'name': NULL}]",
        "[{'from': 'human', 'value': 'q'}, {'from': 'gpt', 'value': 'It\\'s \"so\"\\n\\\\ ä€🙂.'}]",
    };

    [Theory]
    [MemberData(nameof(Printed))]
    public void Messages_that_a_program_printed_into_cells_are_read(string chosen)
    {
        foreach (string prompt in new[] { "q", "[{'role': 'user', 'content': 'q'}]", "" })
        {
            string[] header = prompt.Length == 0 ? ["chosen", "rejected"] : ["prompt", "chosen", "rejected"];
            string rejected = "[{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'no'}]";
            string[] cells = prompt.Length == 0 ? [chosen, rejected] : [prompt, chosen, rejected];
            PreferenceRow row = Assert.Single(Read(header, cells));
            Assert.Equal(new PreferenceRow("q", "It's \"so\"\n\\ ä€🙂.", "no", null, null), row);
        }
    }

    [Fact]
    public void Fields_that_nobody_knows_stay_with_their_message()
    {
        const string chosen = "[{'role': 'user', 'content': 'q', 'name': None}\n {'role': 'assistant', 'content': 'a', 'weight': 1.0, 'ok': True}]";
        PreferenceRow row = Assert.Single(Read(["prompt", "chosen", "rejected"], ["q", chosen, "[{'role': 'assistant', 'content': 'no'}]"]));
        Assert.Equal(
            new PreferenceRow(
                "q", """[{"role":"assistant","content":"a","weight":1.0,"ok":true}]""", """[{"role":"assistant","content":"no"}]""", null, null),
            row);
    }

    [Fact]
    public void How_they_were_read_is_said()
    {
        const string messages = "[{'role': 'user', 'content': 'q'}, {'role': 'assistant', 'content': 'a'}]";
        var info = new List<string>();
        Read(["chosen", "rejected"], [messages, messages.Replace("'a'", "'b'", StringComparison.Ordinal)], info: info);
        Assert.Equal("a.csv: read as chat messages as printed text (chosen `chosen`, rejected `rejected`), recognised by its fields. To read it otherwise, set "
            + "`Format` or `Columns`.", info[0]);
    }

    [Theory]
    [InlineData("[{user, Which gate?}, {assistant, Gate 4.}]")] // Spark: no names
    [InlineData("[{role=user, content=Which gate?}, {role=assistant, content=Gate 4.}]")] // Presto
    [InlineData("[{role -> user, content -> Which gate?}]")] // Spark's maps
    [InlineData("[{'role': user, 'content': Which gate, please?}]")] // DuckDB of old, without quotes
    [InlineData("[{'role': 'user', 'content': 'Which ga")] // cut off
    [InlineData("[{'id': 7, 'role': user, 'content': Which gate, please?}]")] // another field first
    [InlineData("[[user, Which gate?], [assistant, Gate 4.]]")] // Spark of old
    [InlineData("{\"(user,\\\"Which gate?\\\")\",\"(assistant,\\\"Gate 4.\\\")\"}")] // Postgres
    [InlineData("[{\"role\"=>\"user\", \"content\"=>\"Which gate?\"}]")] // Ruby
    [InlineData("[{:role=>\"user\", :content=>\"Which gate?\"}]")]
    [InlineData("[ { role: 'user', content: 'Which gate?' } ]")] // JavaScript
    [InlineData("[object Object],[object Object]")]
    [InlineData("[Row(role='user', content='Which gate?')]")] // PySpark
    [InlineData("[ChatCompletionMessage(content='Gate 4.', role='assistant')]")] // classes of Python
    [InlineData("OrderedDict([('role', 'user'), ('content', 'Which gate?')])")]
    [InlineData("array([{'role': 'user', 'content': b'Which gate?'}], dtype=object)")] // bytes
    [InlineData("[{role: user, content: Which gate?}, {role: assistant, content: Gate 4.}]")] // YAML in a line
    [InlineData("- role: user\n  content: Which gate?\n- role: assistant\n  content: Gate 4.")] // and over lines
    [InlineData("[{user Which gate?} {assistant Gate 4.}]")] // Go
    [InlineData("[{Role:user Content:Which gate?}]")]
    [InlineData("[Message { role: \"user\", content: \"Which gate?\" }]")] // Rust
    [InlineData("[ChatMessage { Role = user, Content = Which gate? }]")] // C#
    [InlineData("list(list(role = \"user\", content = \"Which gate?\"))")] // R
    public void Messages_that_cannot_be_read_are_never_the_answer(string chosen)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => Read(["prompt", "chosen", "rejected"], ["q", chosen, "no"]));
        Assert.Equal(
            $"a.csv: 1 of 1 rows cannot be read as pairs:{Environment.NewLine}a.csv, line 2: `chosen` must be text or messages as JSON, but holds messages as "
                + "a program printed them: " +
            $"`{Excerpt.Of(chosen)}`. Write the column as JSON, as `json.dumps` does.",
            thrown.Message);
        Assert.Throws<InvalidDataException>(() => Read(["prompt", "chosen", "rejected"], [chosen, "yes", "no"]));
    }

    [Theory]
    [InlineData("[{'a': 1}, {'b': 2}]")]
    [InlineData("{'role-play': 'yes'}")]
    [InlineData("[1, 2, 3]")]
    [InlineData("{user}, please")]
    [InlineData("[user, assistant]")]
    [InlineData("['x', 'y']")]
    [InlineData("- a role: user or guest\n- a name")]
    [InlineData("[{users} and {assistants}]")]
    [InlineData("{ content: none }")]
    public void Code_and_lists_that_are_answers_stay_as_they_are(string answer)
    {
        Assert.Equal(answer, Assert.Single(Read(["prompt", "chosen", "rejected"], ["q", answer, "no"])).Chosen);
    }

    [Fact]
    public void Plain_is_taken_as_it_stands()
    {
        const string text = "[{'role': 'user', 'content': 'q'}]";
        Assert.Equal(text,
            Assert.Single(Read(["prompt", "chosen", "rejected"], ["q", text, "no"], new PreferenceLoadOptions { Format = PreferenceFormat.Plain })).Chosen);
    }

    [Fact]
    public void Lists_of_one_text_in_both_columns_are_refused()
    {
        var thrown = Assert.Throws<InvalidDataException>(() => Read(["prompt", "chosen", "rejected"], ["q", "['yes, it is']", "['no']"]));
        Assert.Equal(
            "a.csv: `chosen` and `rejected` hold lists of one text as Python prints them, not texts. Take the texts out of their lists, or set `Format` to "
                + "`Plain` where they are meant so.",
            thrown.Message);
    }

    private static PreferenceRow[] Read(string[] header, string[] cells, PreferenceLoadOptions? options = null, List<string>? info = null)
    {
        using var folder = new TemporaryFolder();
        string row = string.Join(',', cells.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        return PreferenceReader.Read(folder.Write("a.csv", $"{string.Join(',', header)}\n{row}\n"), options, line => info?.Add(line)).ToArray();
    }
}
