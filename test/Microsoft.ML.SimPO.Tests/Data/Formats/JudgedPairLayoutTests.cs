namespace Microsoft.ML.SimPO.Data;

public class JudgedPairLayoutTests
{
    public static TheoryData<string, string> Verdicts => new()
    {
        // The verdicts that call the first answer the better one, the second, and neither; how they are described.
        { """ "response1": "x", "response2": "y", "overall_preference": {0}|-3|1|0""",
            "judged pairs (prompt `prompt`, answers `response1` and `response2`; `overall_preference` decides: below 0 the first, above 0 the second)" },
        { """ "response_1": "x", "response_2": "y", "preference_strength": {0}, "preference_statement": "s"|-1|2|0""",
            "judged pairs (prompt `prompt`, answers `response_1` and `response_2`; `preference_strength` decides: below 0 the first, above 0 the second)" },
        { """ "response_0": "x", "response_1": "y", "better_response_id": {0}, "safer_response_id": 1|0|1|"tie" """,
            "judged pairs (prompt `prompt`, answers `response_0` and `response_1`; `better_response_id` decides by name)" },
        { """ "response_a": "x", "response_b": "y", "winner": {0}|"model_a"|"model_b"|"tie (bothbad)" """,
            "judged pairs (prompt `prompt`, answers `response_a` and `response_b`; `winner` decides by name)" },
        { """ "answer_1": "x", "answer_2": "y", "preference": {0}|1|2|"Tie" """,
            "judged pairs (prompt `prompt`, answers `answer_1` and `answer_2`; `preference` decides by name)" },
        { """ "output_A": "x", "output_B": "y", "choice": {0}|"A"|"Output B."|"both" """,
            "judged pairs (prompt `prompt`, answers `output_A` and `output_B`; `choice` decides by name)" },
        { """ "response_a": "x", "response_b": "y", {0}|"winner_model_a": 1, "winner_model_b": 0, "winner_tie": 0|"winner_model_a": """
            + """0, "winner_model_b": 1, "winner_tie": 0|"winner_model_a": 0, "winner_model_b": 0, "winner_tie": 1""",
            "judged pairs (prompt `prompt`, answers `response_a` and `response_b`; `winner_model_a` and `winner_model_b` decide: 1 for the winner)" },
        { """ "human_ref_A": "x", "human_ref_B": "y", "labels": {0}, "score_A": 3, "score_B": 5|1|0|""",
            "judged pairs (prompt `prompt`, answers `human_ref_A` and `human_ref_B`; `labels` decides: 1 the first, 0 the second)" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void The_better_answer_is_the_one_that_the_layouts_own_documentation_says(string layout, string description)
    {
        string[] parts = layout.Split('|');
        string[] rows = parts[1..].Where(verdict => verdict.Length > 0)
            .Select(verdict => $$"""{"prompt": "q", {{parts[0].Replace("{0}", verdict, StringComparison.Ordinal)}}}""").ToArray();
        RatedLayoutTests.Reading reading = RatedLayoutTests.Read(rows);
        Assert.Equal([new PreferenceRow("q", "x", "y", null, null), new PreferenceRow("q", "y", "x", null, null)], reading.Rows);
        Assert.Equal($"a.jsonl: read as {description}, recognised by its fields. To read it otherwise, set `Format` or `Columns`.", reading.Info[0]);
        Assert.Equal(rows.Length - 2, reading.Log.Count(DropReason.NoPreference));
        Assert.Equal(rows.Length, reading.Log.Rows);
    }

    [Fact]
    public void Two_answers_with_a_score_each_are_judged_by_it()
    {
        RatedLayoutTests.Reading reading = RatedLayoutTests.Read(["""{"question": "q", "answer_0": "x", "answer_1": "y", "score_0": -0.5, "score_1": 0.5}"""]);
        Assert.Equal(new PreferenceRow("q", "y", "x", 0.5f, -0.5f), Assert.Single(reading.Rows));
    }

    [Fact]
    public void Whole_conversations_of_an_arena_are_read_and_ties_are_counted()
    {
        string[] rows = [.. new[] { "model_b", "tie", "model_a" }.Select(winner =>
            """{"conversation_a": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x"}],"""
            + $$""" "conversation_b": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "y"}], "winner": "{{winner}}"}""")];
        RatedLayoutTests.Reading reading = RatedLayoutTests.Read(rows);
        Assert.Equal([new PreferenceRow("q", "y", "x", null, null), new PreferenceRow("q", "x", "y", null, null)], reading.Rows);
        Assert.Equal(
            [new DroppedRows(DropReason.NoPreference, 1, "a.jsonl, line 2", "The judge must prefer one of the two answers, but `winner` says neither.")],
            reading.Log.Drops);
    }

    [Fact]
    public void Lists_of_prompts_with_lists_of_answers_are_conversations()
    {
        const string row = """{"prompt": "[\"q1\",\"q2\"]", "response_a": "[\"same\",\"x\"]", "response_b": "[\"same\",\"y\"]", "winner_model_a": """
            + """0, "winner_model_b": 1, "winner_tie": 0}""";
        Assert.Equal(
            new PreferenceRow(
                """[{"role":"user","content":"q1"},{"role":"assistant","content":"same"},{"role":"user","content":"q2"}]""", "y", "x", null, null),
            Assert.Single(RatedLayoutTests.Read([row]).Rows));
    }

    /// <summary>As some rows of the arenas have it: an answer that was never given, or a text that is no list.</summary>
    [Theory]
    [InlineData("""[\"x\",null]""")]
    [InlineData("""[\"x\"]""")]
    [InlineData("""[\"x\",\"\\ud83d\"]""")]
    [InlineData("x")]
    public void What_is_no_list_of_answers_where_the_others_are_is_never_the_answer(string second)
    {
        string[] rows =
        [
            """{"prompt": "[\"q1\",\"q2\"]", "response_a": "[\"s\",\"x\"]", "response_b": "[\"s\",\"y\"]", "winner_model_a": 1, "winner_model_b": 0}""",
            $$"""{"prompt": "[\"q1\",\"q2\"]", "response_a": "[\"s\",\"x\"]", "response_b": "{{second}}", "winner_model_a": 1, "winner_model_b": 0}""",
        ];
        RatedLayoutTests.Reading reading = RatedLayoutTests.Read(rows);
        Assert.Equal(("x", "y"), (Assert.Single(reading.Rows).Chosen, reading.Rows[0].Rejected));
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 1, "a.jsonl, line 2",
                "`response_b` must be a list of texts, one to each of `prompt`, but is none, or has a null in it.")],
            reading.Log.Drops);
    }

    [Fact]
    public void A_verdict_that_does_not_tell_is_refused_by_name()
    {
        var thrown = Assert.Throws<InvalidDataException>(() => RatedLayoutTests.Read(["""{"prompt": "q", "response_a": "x", "response_b": "y","""
            + """ "preference": 1}""", """{"prompt": "q", "response_a": "x", "response_b": "y", "preference": -1}"""]));
        Assert.Equal(
            "a.jsonl: `preference` seems to say which of `response_a` and `response_b` is better, but its values (1, -1) do not tell how. " +
            "Name the better one's field in it, or give `Columns.Chosen` and `Rejected`.",
            thrown.Message);
    }

    [Fact]
    public void A_verdict_of_one_row_that_is_none_is_a_malformed_row()
    {
        string[] rows = Enumerable.Range(0, 70)
            .Select(i => $$"""{"prompt": "q", "response_a": "x", "response_b": "y", "winner": "{{(i == 66 ? "model_c" : "model_a")}}"}""").ToArray();
        Assert.Equal(
            [new DroppedRows(DropReason.Malformed, 1, "a.jsonl, line 67", "`winner` must name one of the two answers or a tie, but was `model_c`.")],
            RatedLayoutTests.Read(rows).Log.Drops);
    }

    [Fact]
    public void Chosen_and_rejected_decide_where_there_are_both()
    {
        const string row = """{"prompt": "q", "response_a": "x", "response_b": "y", "winner": "model_a", "chosen": "c", "rejected": "r"}""";
        Assert.Equal(new PreferenceRow("q", "c", "r", null, null), Assert.Single(RatedLayoutTests.Read([row]).Rows));
    }
}
