namespace Microsoft.ML.SimPO.Data;

public class RatedLayoutTests
{
    [Fact]
    public void Of_two_scores_one_decides_and_is_named_and_disagreement_is_a_warning()
    {
        string[] rows =
        [
            """{"instruction": "q1", "completions": [{"response": "a", "overall_score": 10, "fine-grained_score": 1}, {"response": "b", "overall_score": """
                + """8, "fine-grained_score": 4.75}]}""",
            """{"instruction": "q2", "completions": [{"response": "a", "overall_score": 7, "fine-grained_score": 3}, {"response": "b", "overall_score": """
                + """6, "fine-grained_score": 2}]}""",
        ];
        Reading reading = Read(rows);
        Assert.Equal([new PreferenceRow("q1", "b", "a", 4.75f, 1), new PreferenceRow("q2", "a", "b", 3, 2)], reading.Rows);
        Assert.Equal(
            "a.jsonl: read as answers with scores, one row a prompt (prompt `instruction`, answers `completions`; `completions.fine-grained_score` decides, "
                + "and not by `overall_score`), " +
            "recognised by its fields. To read it otherwise, set `Format` or `Columns`.",
            reading.Info[0]);
        Assert.Equal(["`fine-grained_score`, which decides, and `overall_score` disagree about the best answer in 1 row, the first at a.jsonl, line 1."],
            reading.Log.Warnings);
    }

    [Fact]
    public void Rated_answers_may_be_messages_and_scores_that_disagree_are_a_finding()
    {
        using var folder = new TemporaryFolder();
        const string other = """{"message": {"role": "assistant", "content": "b"}, "reward": 2}""";
        string data = folder.Write(
            "a.jsonl", $$"""{"prompt": "q", "candidates": [{"message": {"role": "assistant", "content": "a"}, "reward": 1}, {{other}}]}""");
        Assert.Equal([new PreferenceRow("q", "b", "a", 2, 1)], PreferenceReader.Read(data));
        data = folder.Write("b.jsonl", """
            {"prompt": "q", "completions": [{"response": "a", "score": 1, "rating": 5}, {"response": "b", "score": 2, "rating": 1}]}
            """);
        DataFinding finding = Assert.Single(new MLContext().Alignment.Check(data).Findings);
        Assert.Equal(("scores-disagree", FindingSeverity.Warning), (finding.Rule, finding.Severity));
        Assert.Equal("Two scores of the answers call other answers the best in 1 of 1 row, the first at b.jsonl, line 1: `score`, which decides, and `rating` "
            + "disagree about the best answer.", finding.Message);
    }

    /// <summary>The questions of Stack Exchange; and infinity as pandas writes it.</summary>
    [Fact]
    public void Answers_of_Stack_Exchange_are_rated_by_their_votes()
    {
        Reading reading = Read(
            [
                """{"qid": 4, "question": "q", "answers": [{"answer_id": 7, "pm_score": 0, "selected": false, "text": "a"}, """
                    + """{"answer_id": 8, "pm_score": 3, "selected": true, "text": "b"}]}""",
                """{"qid": 5, "question": "r", "answers": [{"pm_score": "-inf", "text": "a"}, {"pm_score": "2", "text": "b"}]}""",
            ]);
        Assert.Equal([new PreferenceRow("q", "b", "a", 3, 0), new PreferenceRow("r", "b", "a", 2, float.NegativeInfinity)], reading.Rows);
    }

    [Fact]
    public void A_list_beside_whole_conversations_that_is_no_messages_is_no_prompt()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.jsonl", """
            {"conversation": [{"input": "q", "output": "x"}], "chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "b"}],
             "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
            """.ReplaceLineEndings(""));
        Assert.Equal([new PreferenceRow("q", "b", "a", null, null)], PreferenceReader.Read(data));
    }

    /// <summary>What pandas writes of such a table: the lists in the cells as Python prints them, or as JSON.</summary>
    [Theory]
    [InlineData("\"['a', \"\"it's b\"\"]\",\"[1, 4.5]\"", "responses,scores")]
    [InlineData("\"[\"\"a\"\", \"\"it's b\"\"]\",\"[\"\"1\"\", \"\"4.5\"\"]\"", "responses,scores")]
    [InlineData("\"[{'response': 'a', 'rating': 1}, {'response': \"\"it's b\"\", 'rating': 4.5}]\",x", "completions,source")]
    public void Lists_of_answers_and_scores_may_stand_in_cells_of_text(string cells, string names)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Write("a.csv", $"prompt,{names}\nq,{cells}\n");
        Assert.Equal([new PreferenceRow("q", "it's b", "a", 4.5f, 1)], PreferenceReader.Read(data));
        Assert.True(new MLContext().Alignment.Check(data).IsWell);
    }

    [Fact]
    public void Another_score_decides_when_asked_for_by_its_path()
    {
        const string row =
            """{"prompt": "q", "completions": [{"response": "a", "overall_score": 10, "score": 1}, {"response": "b", "overall_score": 8, "score": 4}]}""";
        Assert.Equal(new PreferenceRow("q", "b", "a", 4, 1), Assert.Single(Read([row]).Rows));
        Reading asked =
            Read([row], new PreferenceLoadOptions { Columns = new PreferenceColumns { Responses = "completions", Scores = "completions.overall_score" } });
        Assert.Equal(new PreferenceRow("q", "a", "b", 10, 8), Assert.Single(asked.Rows));
        Assert.Equal(
            ["`overall_score`, which decides, and `score` disagree about the best answer in 1 row, the first at a.jsonl, line 1."], asked.Log.Warnings);
    }

    [Fact]
    public void A_tie_for_the_best_is_no_disagreement()
    {
        const string row = """{"prompt": "q", "answers": ["a", "b", "c"], "scores": [3, 3, 1], "ratings": [1, 2, 0]}""";
        Reading reading = Read([row]);
        Assert.Equal(new PreferenceRow("q", "a", "c", 3, 1), Assert.Single(reading.Rows));
        Assert.Empty(reading.Log.Warnings);
    }

    [Fact]
    public void Ratings_by_annotators_decide_where_there_is_no_score()
    {
        const string row = """
            {"prompt": "q", "completions": [
              {"response": "a", "annotations": {"honesty": {"Rating": "2"}, "helpfulness": {"Rating": "N/A"}}},
              {"response": "b", "annotations": {"honesty": {"Rating": "5"}, "helpfulness": {"Rating": "4"}}}]}
            """;
        Assert.Equal(new PreferenceRow("q", "b", "a", 4.5f, 2), Assert.Single(Read([row.ReplaceLineEndings("")]).Rows));
    }

    [Fact]
    public void Empty_answers_and_answers_without_a_rating_take_no_part()
    {
        const string row = """{"prompt": "q", "responses": ["", "b", "c", "d"], "ratings": [9, "3.5", "N/A", 1]}""";
        Assert.Equal(new PreferenceRow("q", "b", "d", 3.5f, 1), Assert.Single(Read([row]).Rows));
    }

    [Theory]
    [InlineData("""{"prompt": "q", "answers": [{"answer": "a", "rank": 3.0}, {"answer": "b", "rank": 1.0}, {"answer": "c", "rank": 2}]}""",
        "answers with scores, one row a prompt (prompt `prompt`, answers `answers`; `answers.rank` decides, 1 is the best)")]
    [InlineData("""{"prompt": "q", "answers": ["a", "b", "c"], "ranks": [3, 1, 2]}""",
        "answers with scores, one row a prompt (prompt `prompt`, answers `answers`, scores `ranks`; `ranks` decides, 1 is the best)")]
    public void Rank_1_is_the_best(string row, string description)
    {
        Reading reading = Read([row]);
        Assert.Equal(new PreferenceRow("q", "b", "a", null, null), Assert.Single(reading.Rows));
        Assert.StartsWith($"a.jsonl: read as {description}, recognised", reading.Info[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_with_a_rank_are_grouped_with_1_as_the_best()
    {
        Reading reading = Read(["""{"prompt": "q", "response": "a", "rank": 2}""", """{"prompt": "q", "response": "b", "rank": 1}""",
            """{"prompt": "q", "response": "c", "rank": 4}"""]);
        Assert.Equal(new PreferenceRow("q", "b", "c", null, null), Assert.Single(reading.Rows));
        Assert.StartsWith("a.jsonl: read as answers with scores, one row an answer (prompt `prompt`, answers `response`, scores `rank`; 1 is the best), "
            + "recognised", reading.Info[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_ranks_make_no_pair()
    {
        const string row = """{"prompt": "q", "answers": [{"answer": "a", "rank": 1}, {"answer": "b", "rank": 1}, {"answer": "c", "rank": 2}]}""";
        Assert.Equal(
            [("a", "c"), ("b", "c")], Read([row], new PreferenceLoadOptions { RatedPairs = RatedPairs.All }).Rows.Select(read => (read.Chosen, read.Rejected)));
    }

    [Fact]
    public void Dialogues_are_read_as_prompts_of_ranked_answers_which_stay_to_the_character()
    {
        const string row =
            """{"prompt": "\n\nHuman: Hi!\n\nAssistant: Hello?\n\nHuman: Why?\n\nAssistant: ","""
            + """ "answers": [{"answer": "So.\n\nHuman: Thanks!\n\nAssistant: Bye", "rank": 1}, {"answer": " No", "rank": 2}]}""";
        Assert.Equal(
            new PreferenceRow("""[{"role":"user","content":"Hi!"},{"role":"assistant","content":"Hello?"},{"role":"user","content":"Why?"}]""",
                "So.\n\nHuman: Thanks!\n\nAssistant: Bye", " No", null, null),
            Assert.Single(Read([row.Trim()]).Rows));
    }

    internal static Reading Read(string[] rows, PreferenceLoadOptions? options = null)
    {
        using var folder = new TemporaryFolder();
        var info = new List<string>();
        var log = new DropLog();
        PreferenceRow[] read = PreferenceReader.ReadLocated(folder.Write("a.jsonl", string.Join('\n', rows)), options, info.Add, log)
            .Select(row => row.Row).ToArray();
        return new Reading(read, info, log);
    }

    internal sealed record Reading(PreferenceRow[] Rows, List<string> Info, DropLog Log);
}
