using Microsoft.Data.Analysis;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Preference data through <c>mlContext.Alignment</c>: load, mix, describe and save.</summary>
public class AlignmentCatalogDataTests
{
    private static readonly string[] Lines =
    [
        """{"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "chosen": "yes", "rejected": "no"}""",
        """{"prompt": "[1, 2]?", "chosen": "yes", "rejected": "no", "score_chosen": 2.5, "score_rejected": 1}""",
        """{"prompt": "q", "chosen": "yes", "rejected": "yes"}""",
        """{"prompt": "q", "chosen": "yes"}""",
    ];

    private static readonly PreferenceRow[] Pairs =
    [
        new("""[{"role":"system","content":"s"},{"role":"user","content":"q"}]""", "yes", "no", null, null),
        new("[1, 2]?", "yes", "no", 2.5f, 1),
        new("q", "yes", "yes", null, null),
    ];

    [Fact]
    public void A_file_becomes_columns_and_what_was_left_out_is_said_once_with_an_example()
    {
        using var folder = new Data.TemporaryFolder();
        (MLContext context, List<string> lines) = PreferenceView.Context();
        IDataView view = context.Alignment.LoadPreferences(folder.Write("a.jsonl", string.Join('\n', Lines)), filters: new PreferenceFilterOptions());
        Assert.Equal(["Prompt", "Chosen", "Rejected", "ScoreChosen", "ScoreRejected"], view.Schema.Select(column => column.Name));
        Assert.Equal(Pairs[..2], PreferenceView.Rows(view));
        Assert.Equal(Pairs[..2], PreferenceView.Rows(view));
        Assert.Equal(
            [
                "Info: a.jsonl: read as plain text (prompt `prompt`, chosen `chosen`, rejected `rejected`, score of chosen `score_chosen`, score of rejected "
                    + "`score_rejected`), recognised by its fields. To read it otherwise, set `Format` or `Columns`.",
                "Warning: 1 row was left out (MissingField), the first at a.jsonl, line 4: `rejected` is missing or null.",
                "Warning: 1 row was left out (ChosenEqualsRejected), the first at a.jsonl, line 3: Both answers are `yes`.",
            ],
            lines);
    }

    [Fact]
    public void Options_are_those_of_the_moment_of_loading()
    {
        using var folder = new Data.TemporaryFolder();
        var options = new PreferenceLoadOptions();
        IDataView view = new MLContext().Alignment.LoadPreferences(folder.Write("a.jsonl", string.Join('\n', Lines)), options);
        options.MaxRows = 1;
        Assert.Equal(3, PreferenceView.Rows(view).Length);
    }

    [Theory]
    [InlineData("a.jsonl")]
    [InlineData("a.json")]
    [InlineData("a.parquet")]
    public void What_is_loaded_can_be_loaded_described_and_saved_again(string name)
    {
        using var folder = new Data.TemporaryFolder();
        AlignmentCatalog alignment = new MLContext().Alignment;
        IDataView view = alignment.LoadPreferences(folder.Write("in.jsonl", string.Join('\n', Lines)));
        Assert.Equal(Pairs, PreferenceView.Rows(view));
        Assert.Equal(Pairs, PreferenceView.Rows(alignment.LoadPreferences(view)));
        Assert.Equal(1, alignment.DescribePreferences(view).WithSystem);
        Assert.Equal(3, alignment.SavePreferences(view, folder.File(name)));
        Assert.Equal(Pairs, PreferenceView.Rows(alignment.LoadPreferences(folder.File(name))));
    }

    [Fact]
    public void A_row_that_is_no_pair_ends_the_saving_and_leaves_the_old_file()
    {
        using var folder = new Data.TemporaryFolder();
        var frame = new DataFrame(new StringDataFrameColumn("Prompt", ["p", "q"]), new StringDataFrameColumn("Chosen", ["yes", ""]),
            new StringDataFrameColumn("Rejected", ["no", "no"]));
        string path = folder.Write("a.jsonl", "old");
        var thrown = Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.SavePreferences(frame, path));
        Assert.Equal("data view, row 2: `Chosen` holds no visible character.", thrown.Message);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_mixture_takes_fractions_and_shuffles_by_its_seed_whatever_the_number_of_threads()
    {
        using var folder = new Data.TemporaryFolder();
        MixturePart[] mixture = [new(Write(folder, "a", 100), 0.3), new(Write(folder, "b", 20), 1.5)];
        string[] Load(long seed, bool shuffle) =>
            [.. PreferenceView.Rows(new MLContext().Alignment.LoadPreferences(mixture, new PreferenceLoadOptions { Seed = seed, Shuffle = shuffle }))
                .Select(row => row.Prompt)];
        string[] straight = Load(1, shuffle: false), shuffled = Load(1, shuffle: true);
        Assert.Equal((30, 30), (straight.Count(prompt => prompt[0] == 'a'), straight.Count(prompt => prompt[0] == 'b')));
        Assert.Equal(straight.Order(StringComparer.Ordinal), shuffled.Order(StringComparer.Ordinal));
        Assert.NotEqual(straight, shuffled);
        Assert.NotEqual(shuffled, Load(2, shuffle: true));
        string[][] again = new string[4][];
        Parallel.For(0, again.Length, i => again[i] = Load(1, shuffle: true));
        Assert.All(again, order => Assert.Equal(shuffled, order));
    }

    [Fact]
    public void A_mixture_counts_rows_that_it_takes_twice_once_and_its_filters_see_both()
    {
        using var folder = new Data.TemporaryFolder();
        (MLContext context, List<string> lines) = PreferenceView.Context();
        string path = Write(folder, "a", 10);
        File.AppendAllText(path, "broken\n");
        PreferenceStatistics statistics = context.Alignment.DescribePreferences([new MixturePart(path, 2)], filters: new PreferenceFilterOptions());
        Assert.Equal((11, 10), (statistics.RowsRead, statistics.RowsKept));
        Assert.Equal([(DropReason.Malformed, 1L), (DropReason.DuplicatePair, 10L)], statistics.Dropped.Select(drop => (drop.Reason, drop.Count)));
        Assert.Contains($"Info: {path}: takes 20 pairs for its 10 (fraction 2).", lines);
    }

    [Fact]
    public void A_part_without_scores_before_one_with_them_hides_none()
    {
        using var folder = new Data.TemporaryFolder();
        string scored = folder.Write("scored.jsonl", Lines[1]);
        PreferenceRow[] rows =
            PreferenceView.Rows(new MLContext().Alignment.LoadPreferences([new MixturePart(Write(folder, "a", 2)), new MixturePart(scored)]));
        Assert.Equal([null, null, 2.5f], rows.Select(row => row.ScoreChosen));
    }

    [Fact]
    public void Lengths_are_in_the_tokens_that_training_sees_where_a_model_is_given()
    {
        using var folder = new Data.TemporaryFolder();
        string model = Repository.PathOf("samples", "QuickStart", "model"), data = folder.Write("a.jsonl", string.Join('\n', Lines));
        PreferenceStatistics statistics = new MLContext().Alignment.DescribePreferences(data, modelPath: model, limits: new StatisticsLimits(Answer: 2));
        var encoder = PreferenceEncoder.Load(model);
        EncodedPrompt[] pairs = [.. Pairs.Select((row, i) => encoder.Encode(row.Prompt, row.Chosen, row.Rejected, i)!)];
        Assert.Equal("tokens", statistics.Unit);
        Assert.Equal(pairs.Average(pair => pair.Chosen.PromptLength), statistics.Prompt.Mean);
        Assert.Equal(pairs.Average(pair => pair.Chosen.Length), statistics.Chosen.Mean);
        Assert.Equal(pairs.Max(pair => pair.Rejected.Length), statistics.Rejected.Maximum);
        Assert.Equal(pairs.Count(pair => pair.Chosen.Length > 2) / 3.0, statistics.Chosen.OverLimit);
    }

    [Fact]
    public void Length_filters_count_tokens_where_a_model_is_given()
    {
        using var folder = new Data.TemporaryFolder();
        string model = Repository.PathOf("samples", "QuickStart", "model"), data = folder.Write("a.jsonl", string.Join('\n', Lines));
        var filters = new PreferenceFilterOptions { ModelPath = model, MaxAnswerLength = 1 };
        var thrown = Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.LoadPreferences(data, filters: filters));
        Assert.Matches(@"An answer must have at most 1 tokens, but has \d+\.", thrown.Message);
        filters.MaxAnswerLength = 1000;
        Assert.Equal(2, PreferenceView.Rows(new MLContext().Alignment.LoadPreferences(data, filters: filters)).Length);
    }

    private static string Write(Data.TemporaryFolder folder, string name, int rows) =>
        folder.Write(
            $"{name}.jsonl", string.Concat(Enumerable.Range(0, rows).Select(i => $$"""{"prompt": "{{name}}{{i}}", "chosen": "c", "rejected": "r"}""" + "\n")));
}
