namespace Microsoft.ML.SimPO;

public sealed class JudgeRunTests(TunedModel tuned) : IClassFixture<TunedModel>
{
    private static readonly MLContext Ml = new(seed: 1);

    private static readonly IDataView Answers = Ml.Data.LoadFromEnumerable<Row>(
    [
        new() { Prompt = "first?", Answer = "own one", Baseline = "old one" }, new() { Prompt = "second?", Answer = "own two, and long", Baseline = "old two" },
        new() { Prompt = "third?", Answer = "same", Baseline = "same" }, new() { Prompt = "fourth?", Answer = "own four", Baseline = "old four" },
    ]);

    /// <summary>The first is won in both orders, the second by its place, nobody is asked about the third, the fourth is lost.</summary>
    [Fact]
    public void Wins_ties_and_losses_are_counted_over_both_orders()
    {
        var client = new JudgingClient(Reply);
        JudgeResult result = Ml.Alignment.Judge(Answers, client, new JudgeOptions { InputPrice = 2, OutputPrice = 8 });
        Assert.Equal((4, 1, 2, 1, 0), (result.Count, result.Wins, result.Ties, result.Losses, result.Failed));
        Assert.Equal([1, 0.5, 0.5, 0], result.Judgements.Select(j => j.Preference));
        Assert.Equal((0.5, 0.75, 4 / 6.0), (result.WinRate, result.OrderAgreement, result.FirstPlaceRate));
        Assert.Equal((6, 60, 6), (client.Requests.Count, result.InputTokens, result.OutputTokens));
        Assert.Equal(((60 * 2) + (6 * 8)) / 1e6, result.Cost, 1e-12);
        Assert.Equal((9, 6.5), (result.MeanLength, result.MeanBaselineLength));
        Assert.Equal("Request:\nfirst?\n\nAnswer A:\nold one\n\nAnswer B:\nown one", client.Requests[0]);
        Assert.StartsWith("4 prompts: 1 won, 2 tied, 1 lost; win rate 50.0 % (", result.ToString(), StringComparison.Ordinal);
        Assert.Equal([1.0, 0.5, 0.5, 0], result.ToDataFrame()["Preference"].Cast<double>());
        Assert.Contains("own two, and long", result.ToHtml(), StringComparison.Ordinal);
    }

    /// <summary>Every sample of rows that are one prompt's holds all of them: the interval has no width.</summary>
    [Fact]
    public void Rows_of_one_prompt_are_drawn_together()
    {
        IDataView one = Rows(4, i => new Row { Prompt = "p", Answer = $"own {i}", Baseline = $"old {i}" });
        JudgeResult result = Ml.Alignment.Judge(one, new JudgingClient(r => r.Contains(" 3", StringComparison.Ordinal) ? "T" : Own(r)));
        Assert.Equal((0.875, 0.875, 0.875), (result.WinRate, result.WinRateInterval.Lower, result.WinRateInterval.Upper));
    }

    /// <summary>Of 100 prompts half are won: 95 % of samples have 40 to 60 of them, and the sample's size alone decides.</summary>
    [Fact]
    public void The_interval_is_as_wide_as_the_number_of_prompts_says()
    {
        IDataView many = Rows(100, i => new Row { Prompt = $"p{i}", Answer = $"own {i % 2}", Baseline = $"old {i % 2}" });
        var client = new JudgingClient(r => r.Contains(" 1", StringComparison.Ordinal) ? Own(r) : Other(r));
        ConfidenceInterval interval = Ml.Alignment.Judge(many, client).WinRateInterval;
        Assert.InRange(interval.Lower, 0.38, 0.42);
        Assert.InRange(interval.Upper, 0.58, 0.62);
    }

    [Fact]
    public void A_call_that_failed_is_made_again_after_a_while_and_counted()
    {
        int left = 2;
        List<TimeSpan> waits = [];
        var options = new JudgeOptions { Concurrency = 1, Wait = (time, _) => Waited(waits, time) };
        var client = new JudgingClient(r => left-- > 0 ? throw new HttpRequestException("busy") : Reply(r));
        JudgeResult result = Ml.Alignment.Judge(Answers, client, options);
        Assert.Equal((4, 0, 2, 0.5), (result.Count, result.Failed, result.Retried, result.WinRate));
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], waits);
    }

    [Fact]
    public void A_prompt_whose_calls_fail_is_left_out_and_counted()
    {
        var warnings = new List<string>();
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) => { if (e.Kind == Runtime.ChannelMessageKind.Warning) warnings.Add(e.RawMessage); };
        var client = new JudgingClient(r => r.Contains("fourth", StringComparison.Ordinal) ? throw new HttpRequestException("refused") : Reply(r));
        JudgeResult result = ml.Alignment.Judge(Answers, client, new JudgeOptions { Retries = 0 });
        Assert.Equal((3, 1, 2 / 3.0), (result.Count, result.Failed, result.WinRate));
        Assert.True(double.IsNaN(result.Judgements[3].Preference));
        Assert.Equal(["1 of 4 prompts were left out, for calls of the judge failed."], warnings);
        Assert.EndsWith("; 1 failed", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_judge_that_is_not_there_ends_the_work_soon()
    {
        IDataView many = Rows(50, i => new Row { Prompt = $"p{i}", Answer = "a", Baseline = "b" });
        var options = new JudgeOptions { Retries = 0, Concurrency = 1 };
        var client = new JudgingClient(_ => throw new HttpRequestException("no such host"));
        string message = Assert.Throws<InvalidOperationException>(() => Ml.Alignment.Judge(many, client, options)).Message;
        Assert.Equal("The judge failed 8 comparisons in a row, the last with: no such host What it said before is kept where `CachePath` is set.", message);
        Assert.Equal(8, client.Requests.Count);
    }

    /// <summary>A run that is broken off goes on where it was; a line that a killed process left half is asked again.</summary>
    [Fact]
    public void Verdicts_are_kept_by_their_content()
    {
        using var folder = new Data.TemporaryFolder();
        var options = new JudgeOptions { CachePath = folder.File("verdicts.jsonl"), Concurrency = 1, Retries = 0 };
        int left = 4;
        Ml.Alignment.Judge(Answers, new JudgingClient(r => left-- > 0 ? Reply(r) : throw new HttpRequestException("gone")), options);
        Assert.Equal(4, File.ReadAllLines(options.CachePath).Length);

        var second = new JudgingClient(Reply);
        JudgeResult result = Ml.Alignment.Judge(Answers, second, options);
        Assert.Equal((2, 4, 0.5, 20), (second.Requests.Count, result.Cached, result.WinRate, result.InputTokens));

        string[] lines = File.ReadAllLines(options.CachePath);
        File.WriteAllText(options.CachePath, string.Join('\n', lines[..5]) + "\n" + lines[5][..20]);
        var third = new JudgingClient(Reply);
        Assert.Equal(5, Ml.Alignment.Judge(Answers, third, options).Cached);
        Assert.Single(third.Requests);
        Assert.Equal(6, Ml.Alignment.Judge(Answers, new JudgingClient(_ => throw new HttpRequestException("not asked")), options).Cached);

        options.Instruction = "Which one is shorter?"; // another question
        Assert.Equal(0, Ml.Alignment.Judge(Answers, new JudgingClient(Reply), options).Cached);
    }

    [Fact]
    public void A_reply_that_says_nothing_is_a_tie_and_is_counted()
    {
        JudgeResult result = Ml.Alignment.Judge(Answers, new JudgingClient(_ => "Both are about equally good."));
        Assert.Equal((6, 0.5, 4), (result.Unclear, result.WinRate, result.Ties));
    }

    /// <summary>Both models are one here: all their answers are equal, and nobody is asked.</summary>
    [Fact]
    public void Models_answer_the_prompts_themselves()
    {
        IDataView prompts = tuned.Context.Data.TakeRows(tuned.Data, 3);
        var options = new JudgeOptions { Generation = new GenerationOptions { MaxNewTokens = 4 }, MaxPrompts = 2 };
        var client = new JudgingClient(Reply);
        JudgeResult result = tuned.Context.Alignment.Judge(tuned.Transformer, tuned.Transformer, prompts, client, options);
        Assert.Equal((2, 2, 0.5), (result.Count, result.Ties, result.WinRate));
        Assert.Equal(tuned.Transformer.Generate(result.Judgements.Select(j => j.Prompt), options.Generation), result.Judgements.Select(j => j.Answer));
        Assert.Empty(client.Requests);
    }

    [Fact]
    public void All_faults_of_the_options_are_said_at_once()
    {
        var options = new JudgeOptions
        {
            MaxPrompts = 0, Retries = -1, Concurrency = 0, Resamples = 10, InputPrice = -1, OutputPrice = double.NaN, Instruction = " ", CachePath = "",
        };
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "`MaxPrompts` must be at least 1, but was 0. Use 100, or null for all.",
                "`Retries` must be 0 or more, but was -1. Use 3.",
                "`Concurrency` must be at least 1, but was 0. Use 4.",
                "`Resamples` must be at least 100, but was 10. Use 1000.",
                "`InputPrice` must be 0 or more, but was -1. Use the price of a million tokens.",
                "`OutputPrice` must be 0 or more, but was NaN. Use the price of a million tokens.",
                "`Instruction` must say what the judge does, but was empty. Leave it as it is.",
                "`CachePath` must name a file, but was empty. Use null for none. (Parameter 'options')"),
            Assert.Throws<ArgumentException>(() => Ml.Alignment.Judge(Answers, new JudgingClient(Reply), options)).Message);
    }

    [Fact]
    public void A_column_that_is_missing_is_named() => Assert.StartsWith(
        "Could not find text column 'Reply'" + Environment.NewLine + "Could not find difficulty column 'Hard'",
        Assert.Throws<ArgumentOutOfRangeException>(() => Ml.Alignment.Judge(
            Answers, new JudgingClient(Reply), new JudgeOptions { AnswerColumnName = "Reply", DifficultyColumnName = "Hard" })).Message,
        StringComparison.Ordinal);

    private static IDataView Rows(int count, Func<int, Row> row) => Ml.Data.LoadFromEnumerable<Row>([.. Enumerable.Range(0, count).Select(row)]);

    private static string Reply(string request) =>
        request.Contains("first", StringComparison.Ordinal) ? Own(request) : request.Contains("fourth", StringComparison.Ordinal) ? Other(request) : "A";

    /// <summary>For the answer that says "own".</summary>
    private static string Own(string request) => OwnIsFirst(request) ? "Answer A is better" : "b";

    private static string Other(string request) => OwnIsFirst(request) ? "B" : "A.";

    private static bool OwnIsFirst(string request) =>
        request.IndexOf("own", StringComparison.Ordinal) < request.IndexOf("old", StringComparison.Ordinal);

    private static Task Waited(List<TimeSpan> waits, TimeSpan time)
    {
        waits.Add(time);
        return Task.CompletedTask;
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string Answer { get; set; } = "";

        public string Baseline { get; set; } = "";
    }
}
