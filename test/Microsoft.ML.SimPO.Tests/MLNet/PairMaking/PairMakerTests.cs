using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class PairMakerTests(TunedModel tuned) : IClassFixture<TunedModel>
{
    private static readonly GenerationOptions Sampling = new() { Sample = true, MaxNewTokens = 6, Seed = 3 };

    /// <summary>Three different prompts, of which the first comes twice.</summary>
    private IDataView Prompts =>
        tuned.Context.Data.LoadFromEnumerable<Asked>([.. new[] { 0, 1, 0, 2 }.Select(i => new Asked { Prompt = QuickStartFiles.Pairs(3)[i].Prompt })]);

    [Fact]
    public void The_best_answer_is_chosen_against_the_worst()
    {
        MadePairs made = Make(new PairMakingOptions { Samples = 4 });
        IReadOnlyList<IReadOnlyList<GeneratedText>> answers = Answers(4);
        Assert.Equal((3, 3, 0, 0, 0), (made.Count, made.Prompts, made.SameAnswers, made.Ties, made.Known));
        Assert.Equal(QuickStartFiles.Pairs(3).Select(p => p.Prompt), Column("Prompt", made));
        Assert.Equal(answers.Select(a => a.MaxBy(t => Letters(t.Text))!.Text), Column("Chosen", made));
        Assert.Equal(answers.Select(a => a.MinBy(t => Letters(t.Text))!.Text), Column("Rejected", made));
        Assert.Equal(Column("Chosen", made).Select(c => (float)Letters(c)), made.Data.GetColumn<float>("ScoreChosen"));
        Assert.Equal(answers.SelectMany(a => a).Average(t => Letters(t.Text)), made.MeanScore, 1e-9);
        Assert.StartsWith("3 pairs of 3 prompts; 0 dropped for equal answers, 0 for equal scores; mean score ", made.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_pairs_are_those_that_differ_enough()
    {
        MadePairs made = Make(new PairMakingOptions { Samples = 4, Choice = PairChoice.AllPairs, MinimumGap = 3 });
        (string, string, string)[] expected =
        [
            .. from p in Answers(4).Zip(QuickStartFiles.Pairs(3))
               from chosen in p.First
               from rejected in p.First
               where Letters(chosen.Text) - Letters(rejected.Text) >= 3
               select (p.Second.Prompt, chosen.Text, rejected.Text),
        ];
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(), Column("Prompt", made).Zip(Column("Chosen", made), Column("Rejected", made)).Order());
        Assert.Equal(Column("Prompt", made).Distinct().Count(), Column("Prompt", made).Where((p, i) => i == 0 || Column("Prompt", made)[i - 1] != p).Count());
    }

    [Fact]
    public void The_best_is_chosen_against_a_random_one()
    {
        var options = new PairMakingOptions { Samples = 4, Choice = PairChoice.BestAndRandom, Seed = 1 };
        MadePairs made = Make(options), again = Make(options);
        Assert.Equal(Column("Chosen", Make(new PairMakingOptions { Samples = 4 })), Column("Chosen", made));
        Assert.Equal(Column("Rejected", made), Column("Rejected", again));
        Assert.All(Column("Chosen", made).Zip(Column("Rejected", made)), p => Assert.True(Letters(p.First) > Letters(p.Second)));
    }

    [Fact]
    public void Equal_answers_and_equal_scores_are_counted()
    {
        var likeliest = Sampling with { TopK = 1 };
        Assert.Equal((0, 3, 0), Counts(Make(new PairMakingOptions { Samples = 2, Generation = likeliest })));
        Assert.Equal((0, 0, 3), Counts(tuned.Context.Alignment.MakePairs(
            Prompts, tuned.Transformer, (_, _) => 1, new PairMakingOptions { Samples = 4, Generation = Sampling })));
        static (int, int, int) Counts(MadePairs made) => (made.Count, made.SameAnswers, made.Ties);
    }

    /// <summary>Whatever was known when the work was broken off: the same pairs.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 17)]
    public void A_run_that_was_broken_off_goes_on(int lines, int rest)
    {
        using var folder = new Data.TemporaryFolder();
        var options = new PairMakingOptions { Samples = 4, AnswersPath = folder.File("answers.jsonl") };
        MadePairs whole = Make(options);
        string[] written = File.ReadAllLines(options.AnswersPath);
        Assert.Equal(4, written.Length);
        File.WriteAllText(options.AnswersPath, string.Join('\n', written[..lines]) + "\n" + written[3][..rest]);
        MadePairs rested = Make(options);
        Assert.Equal(lines - 1, rested.Known);
        Assert.Equal(Column("Chosen", whole).Concat(Column("Rejected", whole)), Column("Chosen", rested).Concat(Column("Rejected", rested)));
        Assert.Equal(written.Order(), File.ReadAllLines(options.AnswersPath).Order());
        Assert.Equal(3, Make(options).Known);
    }

    [Fact]
    public void Answers_of_another_run_are_refused()
    {
        using var folder = new Data.TemporaryFolder();
        var options = new PairMakingOptions { Samples = 2, AnswersPath = folder.File("answers.jsonl") };
        Make(options);
        options.Samples = 3;
        Assert.StartsWith(
            $"'{options.AnswersPath}' holds answers of another model, or to other options. Give another `AnswersPath`, or delete it."
                + $"{Environment.NewLine}They are of: model ",
            Assert.Throws<InvalidOperationException>(() => Make(options)).Message, StringComparison.Ordinal);
        File.WriteAllText(options.AnswersPath, "{\"Prompt\":\"p\"}\n");
        Assert.Equal(
            $"'{options.AnswersPath}' line 1 holds no answers: no origin. Give another `AnswersPath`.",
            Assert.Throws<InvalidDataException>(() => Make(options)).Message);
    }

    /// <summary>The tuned model's own rewards choose as they do in a column.</summary>
    [Fact]
    public void A_model_scores_by_its_rewards()
    {
        MadePairs made = tuned.Context.Alignment.MakePairs(
            Prompts, tuned.Transformer, tuned.Transformer, new PairMakingOptions { Samples = 4, Generation = Sampling });
        ScoredPair[] scores = tuned.Scores(made.Data);
        Assert.Equal(scores.Select(s => s.ChosenReward), made.Data.GetColumn<float>("ScoreChosen"));
        Assert.All(scores, s => Assert.True(s.Margin > 0));
    }

    [Fact]
    public void A_score_that_is_no_number_is_refused() => Assert.StartsWith(
        $"The score of an answer to '{QuickStartFiles.Pairs(1)[0].Prompt}' must be a finite number, but was NaN. The answer is: ",
        Assert.Throws<InvalidDataException>(() => tuned.Context.Alignment.MakePairs(
            Prompts, tuned.Transformer, (_, _) => double.NaN, new PairMakingOptions { Samples = 2, Generation = Sampling })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void All_faults_of_the_options_are_said_at_once()
    {
        var options = new PairMakingOptions
        {
            MaxPrompts = 0, Samples = 1, Generation = new GenerationOptions(), Choice = (PairChoice)7, MinimumGap = -1, AnswersPath = " ",
        };
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "`MaxPrompts` must be at least 1, but was 0. Use null for all.",
                "`Samples` must be at least 2, but was 1. Use 5.",
                "`Generation` must sample, for greedy answers to one prompt are equal. Set `Sample`.",
                "`Choice` must be one of BestAndWorst, BestAndRandom, AllPairs, but was 7.",
                "`MinimumGap` must be 0 or more, but was -1. Use 0 for any difference.",
                "`AnswersPath` must name a file, but was empty. Use null for none. (Parameter 'options')"),
            Assert.Throws<ArgumentException>(() => tuned.Context.Alignment.MakePairs(Prompts, tuned.Transformer, (_, _) => 0, options)).Message);
    }

    private static double Letters(string text) => text.Count(char.IsLetter) + (text.Length / 1000.0);

    private static string[] Column(string name, MadePairs made) => [.. made.Data.GetColumn<string>(name)];

    private MadePairs Make(PairMakingOptions options)
    {
        options.Generation ??= Sampling;
        return tuned.Context.Alignment.MakePairs(Prompts, tuned.Transformer, (_, answer) => Letters(answer), options);
    }

    /// <summary>The random numbers of an answer are those of its place among the prompts, as there.</summary>
    private IReadOnlyList<IReadOnlyList<GeneratedText>> Answers(int samples) =>
        tuned.Transformer.GenerateSamples(QuickStartFiles.Pairs(3).Select(p => p.Prompt), samples, Sampling);

    private sealed class Asked
    {
        public string Prompt { get; set; } = "";
    }
}
