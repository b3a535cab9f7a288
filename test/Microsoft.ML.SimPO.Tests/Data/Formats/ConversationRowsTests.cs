using Microsoft.ML.SimPO.Data.Writing;

namespace Microsoft.ML.SimPO.Data;

/// <summary>What a conversation has beside role and text goes through reading, filters and writing.</summary>
public class ConversationRowsTests
{
    private const string Call = """{"role":"assistant","content":"","tool_calls":[""" +
        """{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{\"city\": \"Graz\", \"days\": 2}"}}]}""";
    private const string Result = """{"role":"tool","tool_call_id":"c1","name":"get_weather","content":"11 C, rain"}""";
    private const string Rain = """{"role":"assistant","content":"Rain."}""", Sun = """{"role":"assistant","content":"Sun."}""";
    private const string Question = """{"role":"user","content":"Weather in Graz?"}""";
    private const string Tools = """[{"type":"function","function":{"name":"get_weather","parameters":{"n":1,"x":1.5,"deep":[{"a":null,"b":true}]}}}]""";

    [Fact]
    public void A_call_and_its_result_before_the_answer_stay_in_the_prompt()
    {
        PreferenceRow row = Read($$$"""{"messages":[{{{Question}}},{{{Call}}},{{{Result}}}],"chosen":{{{Rain}}},"rejected":{{{Sun}}}}""");
        Assert.Equal(new PreferenceRow($"[{Question},{Call},{Result}]", "Rain.", "Sun.", null, null), row);
    }

    [Fact]
    public void A_call_that_is_the_answer_stays_one_and_both_answers_are_messages_then()
    {
        PreferenceRow row = Read($$$"""{"prompt":[{{{Question}}}],"chosen":[{{{Call}}}],"rejected":[{{{Sun}}}],"tools":{{{Tools}}}}""");
        Assert.Equal($$$"""{"messages":[{{{Question}}}],"tools":{{{Tools}}}}""", row.Prompt);
        Assert.Equal(($"[{Call}]", """[{"role":"assistant","content":"Sun."}]"""), (row.Chosen, row.Rejected));
    }

    [Fact]
    public void Tools_beside_the_messages_of_OpenAIs_input_belong_to_the_conversation()
    {
        PreferenceRow row = Read($$$"""{"input":{"messages":[{{{Question}}}],"tools":{{{Tools}}},"parallel_tool_calls":true},"""
            + $$$""" "preferred_output":[{{{Rain}}}],"non_preferred_output":[{{{Sun}}}]}""");
        Assert.Equal(($$$"""{"messages":[{{{Question}}}],"tools":{{{Tools}}}}""", "Rain.", "Sun."), (row.Prompt, row.Chosen, row.Rejected));
    }

    [Fact]
    public void An_answer_may_be_several_turns_where_tools_are_called_between_them()
    {
        PreferenceRow row = Read($$$"""{"prompt":[{{{Question}}}],"chosen":[{{{Call}}},{{{Result}}},{{{Rain}}}],"rejected":[{{{Sun}}}]}""");
        Assert.Equal(("Weather in Graz?", $$$"""[{{{Call}}},{{{Result}}},{"role":"assistant","content":"Rain."}]"""), (row.Prompt, row.Chosen));
        string begun = $"{Question},{Call},{Result}";
        row = Read($$$"""{"chosen":[{{{begun}}},{{{Rain}}}],"rejected":[{{{begun}}},{{{Sun}}}]}""");
        Assert.Equal(($"[{Question},{Call},{Result}]", "Rain.", "Sun."), (row.Prompt, row.Chosen, row.Rejected));
    }

    [Fact]
    public void Thoughts_and_template_variables_are_carried()
    {
        PreferenceRow row = Read("""
            {"prompt":[{"role":"user","content":"2 + 2?"}],"chosen":[{"role":"assistant","content":"4","reasoning":"Two more."}],
            """.Trim() + """ "rejected":[{"role":"assistant","content":"5","thinking":null}],"chat_template_kwargs":{"enable_thinking":true}}""");
        Assert.Equal("""{"messages":[{"role":"user","content":"2 + 2?"}],"chat_template_kwargs":{"enable_thinking":true}}""", row.Prompt);
        Assert.Equal("""[{"role":"assistant","content":"4","reasoning":"Two more.","thinking":"Two more.","reasoning_content":"Two more."}]""", row.Chosen);
        Assert.Equal("""[{"role":"assistant","content":"5"}]""", row.Rejected);
    }

    [Theory]
    [InlineData("\"tools\":[]")]
    [InlineData("\"tools\":null")]
    [InlineData("\"tools\":\"hammer, nails\"")]
    [InlineData("\"documents\":\"see above\"")]
    [InlineData("\"chat_template_kwargs\":\"none\"")]
    public void What_has_the_name_and_not_the_shape_is_another_field(string field) =>
        Assert.Equal(new PreferenceRow("q", "a", "b", null, null), Read($$$"""{"prompt":"q","chosen":"a","rejected":"b",{{{field}}}}"""));

    /// <summary>ShareGPT's speakers, as LLaMA-Factory's data have them: a call is one, not somebody's words; and what only looks like one is words.</summary>
    [Fact]
    public void A_call_that_ShareGPT_lets_somebody_say_is_a_call()
    {
        string Row(string said) => """{"conversations":[{"from":"human","value":"Weather?"},{"from":"function_call","value":"""
            + System.Text.Json.JsonSerializer.Serialize(said) + """},{"from":"observation","value":"Rain"}],"chosen":{"from":"gpt","value":"Wet."},"""
            + """ "rejected":{"from":"gpt","value":"Dry."}}""";
        PreferenceRow row = Read(Row("""{"name": "f", "arguments": {"town": "Graz"}}"""));
        Assert.Equal(
            """[{"role":"user","content":"Weather?"},{"role":"assistant","tool_calls":[{"type":"function","function":"""
            + """{"name":"f","arguments":{"town":"Graz"}}}]},"""
            + """{"role":"tool","content":"Rain"}]""",
            row.Prompt);
        Assert.Equal(row, Read(Row("""[{"name": "f", "arguments": {"town": "Graz"}}]""")));
        Assert.Contains("""{"role":"assistant","content":"{\"name\": \"f\"}"}""", Read(Row("""{"name": "f"}""")).Prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["{\"type\": \"function\", \"function\": {\"name\": \"f\"}}"]""")] // each tool by itself as JSON
    [InlineData(""" "[\"{\\\"type\\\": \\\"function\\\", \\\"function\\\": {\\\"name\\\": \\\"f\\\"}}\"]" """)]
    public void Tools_that_are_texts_of_JSON_are_tools(string tools) => Assert.Equal(
        """{"messages":[{"role":"user","content":"q"}],"tools":[{"type":"function","function":{"name":"f"}}]}""",
        Read($$$"""{"prompt":"q","chosen":"a","rejected":"b","tools":{{{tools}}}}""").Prompt);

    [Fact]
    public void Functions_of_former_files_are_tools()
    {
        const string functions = """[{"name":"f","parameters":{}}]""";
        PreferenceRow row = Read($$$"""{"messages":[{{{Question}}}],"functions":{{{functions}}},"chosen":"a","rejected":"b"}""");
        Assert.Equal(
            $$$"""{"messages":[{{{Question}}}],"tools":[{"type":"function","function":""" + """{"name":"f","parameters":{}}}]}""",
            row.Prompt);
    }

    [Fact]
    public void Tools_as_JSON_text_are_what_they_say()
    {
        string text = System.Text.Json.JsonSerializer.Serialize(Tools);
        Assert.Equal(
            $$$"""{"messages":[{"role":"user","content":"q"}],"tools":{{{Tools}}}}""",
            Read($$$"""{"prompt":"q","chosen":"a","rejected":"b","tools":{{{text}}}}""").Prompt);
    }

    [Theory]
    [InlineData(
        """{"role":"assistant","content":[{"type":"image_url","image_url":{"url":"x"}}]}""",
        "`chosen[0].content` holds a part of type `image_url`, but must be text: the model reads nothing else.")]
    [InlineData("""{"role":"assistant","content":null}""", "`chosen[0].content` is missing or null.")]
    public void What_cannot_be_carried_is_counted_with_a_reason_that_names_it(string answer, string message)
    {
        var log = new DropLog();
        using var folder = new TemporaryFolder();
        string[] rows = [.. new[] { Rain, answer }.Select(chosen => $$$"""{"prompt":"q","chosen":[{{{chosen}}}],"rejected":"b"}""")];
        string file = folder.Write("a.jsonl", string.Join('\n', rows));
        Assert.Single(PreferenceReader.ReadLocated(file, null, null, log));
        Assert.Equal(message, Assert.Single(log.Drops).Example);
    }

    [Fact]
    public void All_of_it_is_written_and_read_again()
    {
        PreferenceRow[] rows =
        [
            Read($$$"""{"prompt":[{{{Question}}}],"chosen":[{{{Call}}}],"rejected":[{{{Sun}}}],"tools":{{{Tools}}},"chat_template_kwargs":{"a":1}}"""),
            Read($$$"""{"messages":[{{{Question}}},{{{Call}}},{{{Result}}}],"chosen":{{{Rain}}},"rejected":{{{Sun}}}}"""),
            new("q", """[{"role":"assistant","content":"hi"}]""", "no", null, null),
        ];
        using var folder = new TemporaryFolder();
        PreferenceWriter.Write(folder.File("a.jsonl"), rows, scores: false);
        Assert.Equal(rows, PreferenceReader.Read(folder.File("a.jsonl")));
        Assert.Equal(
            "Rows with tool calls, tools, thoughts or template variables cannot be written as Parquet. Write them to a file whose name ends in .jsonl.",
            Assert.Throws<InvalidDataException>(() => PreferenceWriter.Write(folder.File("a.parquet"), rows, scores: false)).Message);
        Assert.False(File.Exists(folder.File("a.parquet")));
    }

    private static PreferenceRow Read(string row)
    {
        using var folder = new TemporaryFolder();
        return Assert.Single(PreferenceReader.Read(folder.Write("a.jsonl", row)));
    }
}
