using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

public sealed class QuickStartTests(QuickStartRun run) : IClassFixture<QuickStartRun>
{
    private static readonly string[] StepFields =
    [
        "step", "epoch", "loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen",
        "logps/rejected", "tokens_per_second",
    ];

    private readonly JsonElement _result = run.Result;

    [Fact]
    public void The_result_has_every_field()
    {
        AssertFields(_result, "model", "data", "before", "after", "training", "pairs", "samples", "reload", "seconds");
        AssertFields(_result.GetProperty("model"), "family", "parameters");
        AssertFields(_result.GetProperty("data"), "train", "test");
        foreach (string when in new[] { "before", "after" })
            AssertFields(_result.GetProperty(when), "accuracy", "meanMargin", "loss", "preferredStyle", "facts");
        AssertFields(_result.GetProperty("training"), "steps", "seconds", "pairsPerSecond", "tokensPerSecond", "peakRssBytes", "log");
        AssertFields(_result.GetProperty("reload"), "checkpointEqual", "zipEqual");
        JsonElement[] log = [.. _result.GetProperty("training").GetProperty("log").EnumerateArray()],
            pairs = [.. _result.GetProperty("pairs").EnumerateArray()], samples = [.. _result.GetProperty("samples").EnumerateArray()];
        Assert.Equal(Number("training", "steps"), log.Length);
        Assert.All(log, step => AssertFields(step, StepFields));
        Assert.All(log, step => Assert.All(step.EnumerateObject(), field => Assert.True(double.IsFinite(field.Value.GetDouble()))));
        Assert.All(pairs, pair => AssertFields(pair, "index", "chosenLogpBefore", "rejectedLogpBefore", "chosenLogpAfter", "rejectedLogpAfter"));
        Assert.All(samples, sample => AssertFields(sample, "prompt", "before", "after"));
        Assert.All(samples, sample => Assert.All(sample.EnumerateObject(), field => Assert.NotEqual("", field.Value.GetString())));
        Assert.Equal(Number("data", "test"), pairs.Length);
        Assert.Equal(Enumerable.Range(0, pairs.Length), pairs.Select(p => p.GetProperty("index").GetInt32()));
    }

    [Fact]
    public void It_says_what_it_worked_on()
    {
        string data = Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "data");
        Assert.Equal("llama", _result.GetProperty("model").GetProperty("family").GetString());
        Assert.InRange(Number("model", "parameters"), 1e5, 1e7);
        Assert.Equal(File.ReadLines(Path.Combine(data, "train.jsonl")).Count(), Number("data", "train"));
        Assert.Equal(File.ReadLines(Path.Combine(data, "test.jsonl")).Count(), Number("data", "test"));
        Assert.True(Number("training", "seconds") < _result.GetProperty("seconds").GetDouble());
        Assert.InRange(Number("training", "peakRssBytes"), 1e8, 4e9);
    }

    [Fact]
    public void The_model_learns_the_style_and_keeps_the_facts()
    {
        Assert.InRange(Number("before", "accuracy"), 0.3, 0.7);
        Assert.InRange(Number("after", "accuracy"), 0.95, 1);
        Assert.InRange(Number("after", "preferredStyle"), 0.9, 1);
        Assert.True(Number("before", "preferredStyle") < 0.7);
        Assert.InRange(Number("after", "facts"), Number("before", "facts") - 0.05, 1);
        Assert.True(Number("after", "meanMargin") > Number("before", "meanMargin"));
        Assert.True(Number("after", "loss") < Number("before", "loss"));
    }

    /// <summary>The figures of the pairs give the summary again.</summary>
    [Fact]
    public void Pairs_and_summary_agree()
    {
        foreach ((string when, string suffix) in new[] { ("before", "Before"), ("after", "After") })
        {
            double[] margins = [.. _result.GetProperty("pairs").EnumerateArray()
                .Select(p => p.GetProperty("chosenLogp" + suffix).GetDouble() - p.GetProperty("rejectedLogp" + suffix).GetDouble())];
            Assert.Equal(margins.Average(m => m > 0 ? 1.0 : 0), Number(when, "accuracy"), 1e-9);
            Assert.Equal(2.5 * margins.Average(), Number(when, "meanMargin"), 1e-4);
            Assert.Equal(margins.Average(m => Math.Log(1 + Math.Exp(-2.5 * (m - 0.5)))), Number(when, "loss"), 1e-4);
        }
    }

    [Fact]
    public void What_was_saved_loads_with_equal_scores()
    {
        Assert.True(_result.GetProperty("reload").GetProperty("checkpointEqual").GetBoolean());
        Assert.True(_result.GetProperty("reload").GetProperty("zipEqual").GetBoolean());
    }

    [Fact]
    public void A_person_sees_what_happened()
    {
        foreach (string text in new[] { "parameters", "training pairs", "tokens/s", " s left", "reward accuracy", "mean margin",
            "answers in the preferred style", "answers with the right facts", "before:", "after:", "equal to the last bit" })
            Assert.Contains(text, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_scores_the_saved_models_with_the_same_bits()
    {
        string test = Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "data", "test.jsonl"), folder = Path.GetTempPath();
        ChildProgram zip = await ChildProgram.Run(ChildProgram.Worker, folder, null, "score-zip", run.Zip, test);
        ChildProgram checkpoint = await ChildProgram.Run(ChildProgram.Worker, folder, null, "score-model", run.Checkpoint, test);
        Assert.Equal((0, ""), (zip.ExitCode, zip.Error));
        // The first process wrote its rewards divided by beta; the others print their bits.
        string[] expected = [.. _result.GetProperty("pairs").EnumerateArray().Select(p => $"{Bits(p, "chosenLogpAfter")} {Bits(p, "rejectedLogpAfter")}")];
        Assert.Equal(expected, Lines(zip).Select(AsLogProbabilities));
        Assert.Equal(Lines(zip), Lines(checkpoint));
    }

    [Fact]
    public async Task A_model_of_ones_own_gets_a_rate_that_suits_its_size()
    {
        string sample = Path.GetDirectoryName(ChildProgram.QuickStart)!;
        using var folder = new TemporaryFolder();
        ChildProgram own = await ChildProgram.Run(ChildProgram.QuickStart, folder.Path, null,
            "--model", Path.Combine(sample, "model"), "--train", Path.Combine(sample, "data", "train.jsonl"), "--max-pairs", "16");
        Assert.True(own.ExitCode == 0, own.Output + own.Error);
        Assert.Contains("Rate   0.0002, as suits a model of this size; --learning-rate sets another", own.Output, StringComparison.Ordinal);
        Assert.Contains("loaded again, scores are equal to the last bit", own.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_learns_answers_before_preferences_where_it_is_told_to()
    {
        string sample = Path.GetDirectoryName(ChildProgram.QuickStart)!;
        using var folder = new TemporaryFolder();
        string train = Path.Combine(folder.Path, "train.jsonl");
        File.Copy(Path.Combine(sample, "data", "train.jsonl"), train);
        File.Copy(Path.Combine(sample, "data", "sft.jsonl"), Path.Combine(folder.Path, "sft.jsonl"));
        ChildProgram own = await ChildProgram.Run(ChildProgram.QuickStart, folder.Path, null,
            "--model", Path.Combine(sample, "model"), "--train", train, "--max-pairs", "16", "--sft-first");
        Assert.True(own.ExitCode == 0, own.Output + own.Error);
        Assert.Matches(@"Learning 16 answers \.\.\.\s+cross entropy \d\.\d{4} in the first step, \d\.\d{4} in the last\s+Tuning \.\.\.", own.Output);
        Assert.DoesNotContain("DIFFERENT", own.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--epochs", "many", "--epochs must be a number, but was 'many'.")]
    [InlineData("--batch-size", "2.5", "--batch-size must be a whole number, but was '2.5'.")]
    [InlineData("--lr-scheduler", "sawtooth", "--lr-scheduler must be cosine, linear, constant, constant_with_warmup or polynomial, but was 'sawtooth'.")]
    [InlineData("--speed", "11", "--speed is not known.")]
    public async Task Wrong_arguments_are_said_with_exit_code_2(string name, string value, string message)
    {
        ChildProgram wrong = await ChildProgram.Run(ChildProgram.QuickStart, Path.GetTempPath(), null, name, value);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal(message, wrong.Error.Split(Environment.NewLine)[0]);
        Assert.Contains("usage: QuickStart", wrong.Error, StringComparison.Ordinal);
        Assert.Equal("", wrong.Output);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_said_with_exit_code_1()
    {
        string nowhere = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        ChildProgram missing = await ChildProgram.Run(ChildProgram.QuickStart, Path.GetTempPath(), null,
            "--model", nowhere, "--train", Path.Combine(Path.GetDirectoryName(ChildProgram.QuickStart)!, "data", "train.jsonl"));
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains(nowhere, missing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", missing.Error, StringComparison.Ordinal);
    }

    private static string[] Lines(ChildProgram program) => program.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static string AsLogProbabilities(string line) =>
        string.Join(' ', line.Split(' ').Select(bits => Text(BitConverter.Int32BitsToSingle(Convert.ToInt32(bits, 16)) / 2.5f)));

    private static string Bits(JsonElement pair, string name) => Text(pair.GetProperty(name).GetSingle());

    private static string Text(float value) => BitConverter.SingleToInt32Bits(value).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);

    private double Number(string group, string name) => _result.GetProperty(group).GetProperty(name).GetDouble();

    private static void AssertFields(JsonElement element, params string[] names) => Assert.Equal(names, element.EnumerateObject().Select(p => p.Name));
}
