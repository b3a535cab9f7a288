using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

public sealed class MethodComparerTests
{
    private readonly MLContext _context = new(seed: 3);

    private IDataView Train => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16));

    private IDataView Validation => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(24).Skip(16));

    [Fact]
    public void Each_method_gets_what_a_fit_of_its_own_gets()
    {
        (string, PreferenceTrainerOptions)[] methods =
            [("SimPO", QuickStartFiles.Options()), ("DPO", Small(new DpoTrainer.Options())), ("SFT", Small(new SftTrainer.Options()))];
        using MethodComparison comparison = _context.Alignment.Compare(
            Train, Validation, methods, new ComparisonOptions { KeepModels = true, Judge = (_, _) => 0.5 });
        Assert.Equal(["SimPO", "DPO", "SFT"], comparison.Methods.Select(m => m.Name));
        using AlignmentTransformer alone = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(Train, Validation);
        ComparedMethod first = comparison.Methods[0];
        Assert.Equal(alone.TrainingRun.Validations[^1].Loss, first.Loss);
        Assert.Equal(alone.TrainingRun.Validations[0].Loss, first.LossBefore);
        Assert.Equal(_context.Alignment.Evaluate(alone.Transform(Validation), targetMargin: 0).MeanMargin, first.Metrics.MeanMargin);
        Assert.All(comparison.Methods, m => Assert.Equal((4, 0.5, true), (m.Steps, m.Judgement, m.Model is not null)));

        // All look at the same chosen answers, and begin with the same model.
        double[] before = [.. comparison.Methods.Select(m => m.ChosenLogProbability - m.ChosenLogProbabilityChange)];
        Assert.All(before, b => Assert.Equal(before[0], b, 5));
        using AlignmentTransformer start = _context.Alignment.LoadModel(QuickStartFiles.Model);
        PreferenceEncoder encoder = QuickStartFiles.Encoder();
        EncodedPrompt[] pairs = [.. QuickStartFiles.Pairs(24).Skip(16).Select((p, i) => encoder.Encode(p.Prompt, p.Chosen, p.Rejected, i + 1)!)];
        Assert.All(comparison.Methods, m => Assert.Equal(
            ModelDivergence.PerToken(m.Model!.Model.Decoder, start.Model.Decoder, pairs, 4096, CancellationToken.None), m.KlFromStart, 1e-7));
        Assert.All(comparison.Methods, m => Assert.InRange(m.KlFromStart, 1e-5, 1));
        Assert.True(comparison.Methods[2].ChosenLogProbabilityChange > 0, "Learning the chosen answers makes them likelier.");
    }

    [Fact]
    public void It_prints_and_frames_what_was_asked_for()
    {
        using MethodComparison comparison = _context.Alignment.Compare(
            Train, Validation, [("a", QuickStartFiles.Options()), ("b", QuickStartFiles.Options(o => o.LearningRate = 1e-5))],
            new ComparisonOptions { Answers = 2, MaxNewTokens = 4, JudgeClient = new JudgingClient(_ => "T") });
        Assert.All(comparison.Methods, m => Assert.Equal(0.5, m.Judgement));
        Assert.All(comparison.Methods, m => Assert.InRange(m.AnswerTokens!.Value, 0, 4));
        Assert.All(comparison.Methods, m => Assert.Null(m.Model));
        string[] lines = comparison.ToString().Split(Environment.NewLine);
        Assert.Matches(
            @"^method +loss +accuracy +interval +margin +chosen logp +change +KL +answer tokens \(\d\.\d before\) +judge +seconds +MB +findings$", lines[0]);
        Assert.Matches(
            @"^a +\d\.\d{4} +\d+\.\d ?% +\d+\.\d to \d+\.\d +-?\d\.\d{3} +-\d\.\d{3} +[+-]\d\.\d{3} +\d\.\d{4} +\d\.\d +0\.500 +\d+\.\d +\d+ +\d$", lines[1]);
        Assert.Equal(2, comparison.ToDataFrame().Rows.Count);
        Assert.Equal(comparison.Methods[1].Loss, comparison.ToDataFrame()["Loss"][1]);
        Assert.Equal(comparison.Methods[0].KlFromStart, comparison.ToDataFrame()["KlFromStart"][0]);
        Assert.Equal(comparison.AnswerTokensBefore, comparison.ToDataFrame()["AnswerTokensBefore"][0]);
        Assert.Contains(">b</td>", comparison.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_before_the_first_fit()
    {
        string message = Assert.Throws<ArgumentException>(() => _context.Alignment.Compare(
            Train, Validation,
            [("a", QuickStartFiles.Options()), ("a", QuickStartFiles.Options(o => o.Beta = -1)), ("c", QuickStartFiles.Options(o =>
                o.ModelPath = "elsewhere"))],
            new ComparisonOptions { Answers = -1, Judge = (_, _) => 1, JudgeClient = new JudgingClient(_ => "T") })).Message;
        Assert.Equal(
            string.Join(Environment.NewLine,
                "`Answers` must be 0 or more, but was -1. Use 8, or 0 for none.",
                "`JudgeClient` must be null where `Judge` is given. Give one of them.",
                "`methods` must have names that differ, but has 'a' 2 times.",
                "a: `Beta` must be greater than 0, but was -1. Use 2.0 to 10.0.",
                "c: all methods must begin with one model, but this one begins with another than 'a'. (Parameter 'methods')"),
            message);
    }

    /// <summary>No pair has two answers there: what takes a pair is a dash.</summary>
    [Fact]
    public void A_method_of_single_answers_has_dashes_in_the_place_of_accuracies()
    {
        IDataView answers = _context.Data.LoadFromEnumerable(PromptedResponse.Rows(8));
        (string, PreferenceTrainerOptions)[] methods = [("SFT", Small(new SftTrainer.Options { Rows = RowKind.Responses }))];
        using MethodComparison comparison = _context.Alignment.Compare(answers, answers, methods, new ComparisonOptions { KeepModels = true });
        Assert.Matches(
            @"^SFT +\d\.\d{4} +- +- +- +-\d\.\d{3} +[+-]\d\.\d{3} +\d\.\d{4} +\d+\.\d +\d+ +\d$", comparison.ToString().Split(Environment.NewLine)[1]);
        Assert.Contains(">-</td>", comparison.ToHtml(), StringComparison.Ordinal);
        AlignmentTransformer model = comparison.Methods[0].Model!;
        foreach (string html in new[] { comparison.ToHtml(), model.ToHtml(), comparison.Methods[0].Metrics.ToHtml() })
            Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.Contains("<td style=\"text-align:right\">\u2013</td>", comparison.Methods[0].Metrics.ToHtml(), StringComparison.Ordinal);
        Assert.Null(comparison.ToDataFrame()["Accuracy"][0]);
    }

    private static T Small<T>(T options)
        where T : PreferenceTrainerOptions
    {
        (options.ModelPath, options.LearningRate, options.BatchSize, options.MaxLength, options.MaxPromptLength, options.Seed, options.WarmupRatio) =
            (QuickStartFiles.Model, 2e-4, 4, 256, 200, 5, 0);
        return options;
    }
}
