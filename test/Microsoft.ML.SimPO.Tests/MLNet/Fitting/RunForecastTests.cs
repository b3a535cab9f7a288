using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Runs that change nothing say so before their first step and after their last, with numbers.</summary>
public sealed class RunForecastTests
{
    private readonly MLContext _context = new(seed: 1);
    private readonly List<string> _warnings = [];

    public RunForecastTests() => _context.Log += (_, e) =>
    {
        if (e.Kind < Microsoft.ML.Runtime.ChannelMessageKind.Warning) return;
        lock (_warnings) _warnings.Add(e.RawMessage);
    };

    [Theory]
    [InlineData(1_700_000, 2e-4)]
    [InlineData(135_000_000, 1e-5)]
    [InlineData(1_000_000_000, 2e-6)]
    [InlineData(8_000_000_000, 6e-7)]
    public void The_usual_rate_falls_with_the_size_of_the_model(long parameters, double rate) =>
        Assert.Equal(rate, RunForecast.UsualRate(parameters), rate * 1e-9);

    [Fact]
    public void One_step_at_rate_0_is_told_before_and_after()
    {
        Fit(o => (o.BatchSize, o.WarmupRatio) = (128, 0.1));
        Assert.Equal(
        [
            "The run will change nothing: 12 pairs in steps of 128 for 1 epoch make 1 step at rate 0, for a warm-up begins there. Set `WarmupRatio` to 0, "
                + "lower `BatchSize` or raise `Epochs`.",
            "`BatchSize` 128 is above the number of pairs: 12 pairs in steps of 128 for 1 epoch make 1 step. Use a `BatchSize` of 3, or more `Epochs`.",
            "The run changed nothing: in 1 step no weight moved by more than its rounding; the highest learning rate was 0. Set `WarmupRatio` to 0, raise "
                + "`LearningRate`, or make more steps.",
        ], _warnings);
    }

    [Fact]
    public void A_run_that_is_mostly_warm_up_is_told()
    {
        Fit(o => o.WarmupSteps = 2);
        Assert.Equal("2 of 3 steps are warm-up: `LearningRate` 0.0002 is hardly reached. Lower `WarmupSteps` or `WarmupRatio`, or make more steps.",
            Assert.Single(_warnings));
    }

    [Fact]
    public void The_default_rate_on_a_small_model_is_told_with_a_rate_to_use_and_so_is_a_loss_that_does_not_move()
    {
        Fit(o => (o.LearningRate, o.Epochs) = (5e-7, 3));
        Assert.Equal(2, _warnings.Count);
        Assert.Matches(@"^`LearningRate` 5E-07 hardly moves a model of 1\d{6} parameters in 9 steps\. Models of this size take about 0\.0002\.$", _warnings[0]);
        Assert.Matches(@"^The loss did not move: \d\.\d+ at the start and \d\.\d+ at the end of 9 steps differ by no more than chance; the highest "
            + @"learning rate was 5E-07\. Raise `LearningRate`, or make more steps\.$", _warnings[1]);
    }

    [Fact]
    public void A_run_that_learns_is_told_nothing()
    {
        Fit(o => o.Epochs = 4);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_rate_that_destroys_any_model_is_told_at_construction()
    {
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.LearningRate = 1));
        Assert.Equal("`LearningRate` 1 destroys any model within a few steps. Use 3e-7 to 1e-6 for large models, up to 1e-3 for very small ones and adapters.",
            Assert.Single(_warnings));
    }

    [Fact]
    public void A_collapse_within_a_few_steps_is_found()
    {
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.LearningRate = 1)).Fit(Pairs(12));
        TrainingDiagnosis finding = Assert.Single(model.TrainingRun.Findings);
        Assert.Equal((TrainingSymptom.ChosenLogProbabilityFell, true), (finding.Symptom, finding.IsSevere));
        Assert.True(finding.Step <= 3 && finding.Value > 2, finding.Message);
    }

    [Fact]
    public void Pairs_beyond_the_positions_of_the_model_and_cut_prompts_are_told_with_their_share()
    {
        using var folder = new TempFolder();
        Guide.Provide(folder.Path, 1, 1);
        string model = folder.File("model"), config = Path.Combine(model, "config.json");
        File.WriteAllText(config, System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(config), "\"max_position_embeddings\": *\\d+", "\"max_position_embeddings\": 16"));
        Fit(o => (o.ModelPath, o.MaxLength, o.MaxPromptLength) = (model, 256, 10));
        Assert.Equal(2, _warnings.Count);
        Assert.Matches(@"^12 of 12 prompts \(100\.0 %\) were cut at their start to fit `MaxLength` 256 and `MaxPromptLength` 10\.$", _warnings[0]);
        Assert.Matches(@"^\d+ of 12 pairs are longer than the 16 positions that the model was made for, the longest has \d+ tokens\. `MaxLength` is 256: "
            + @"use 16\.$", _warnings[1]);
        _warnings.Clear();
        using AlignmentTransformer scorer = _context.Alignment.LoadModel(model);
        _context.Alignment.Evaluate(scorer.Transform(Pairs(12)));
        Assert.Matches(@"^Row \d+ has \d+ tokens, more than the 16 positions that the model was made for\. Use `MaxLength` 16\. Other rows may be as long\.$",
            Assert.Single(_warnings));
        _warnings.Clear();
        scorer.Generate(QuickStartFiles.Pairs(1)[0].Prompt, new GenerationOptions { MinNewTokens = 64, MaxNewTokens = 64, Temperature = 0.5f });
        Assert.Equal("`Temperature` 0.5 has no effect, for `Sample` is false and the likeliest token is taken. Set it.", _warnings[0]);
        Assert.Matches(@"^1 of 1 answers went beyond the 16 positions that the model was made for: a prompt of \d+ tokens and an answer of 64\. Set "
            + "`MaxLength` to 16, or give shorter prompts\\.$", _warnings[1]);
    }

    [Fact]
    public void A_margin_far_above_the_usual_and_a_processor_in_place_of_a_missing_gpu_are_told()
    {
        Fit(o => o.GammaBetaRatio = 5);
        Assert.Equal("`GammaBetaRatio` is 5, a target margin of 5 nats a token: 0.3 to 1.6 is usual. If gamma itself was meant, TRL's `simpo_gamma`, divide "
            + "it by `Beta`: 2.", Assert.Single(_warnings));
        _warnings.Clear();
        Fit(o => o.Beta = 0.1f);
        Assert.Equal("`Beta` is 0.1: 2.0 to 10.0 is usual with SimPO, whose rewards are means over tokens. 0.1 is usual with DPO.", Assert.Single(_warnings));
        Assert.Equal(
            "`RejectedColumnName` must be another column than `ChosenColumnName`, but both were 'Chosen'. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => Fit(o => o.RejectedColumnName = "Chosen")).Message);
        _warnings.Clear();
        (_context.GpuDeviceId, _context.FallbackToCpu) = (99, true);
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model);
        Assert.Equal("`GpuDeviceId` is 99, but libtorch sees no such CUDA device: the work is done on the CPU, as `FallbackToCpu` allows. Add a package "
            + "TorchSharp-cuda-* to the application to use the GPU.", Assert.Single(_warnings));
    }

    [Fact]
    public void Every_evaluation_answers_some_prompts_where_it_is_asked_to()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add(e.RawMessage);
        };
        var heard = new Hearing();
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.SampleAnswers, o.Progress) = (2, heard)))
            .Fit(Pairs(8), Pairs(4));
        Assert.Equal(["evaluation 0 with 2 answers", "step 1", "step 2", "evaluation 2 with 2 answers"], heard.Lines);
        Assert.Equal([0, 2], model.TrainingRun.Validations.Select(v => v.Step));
        Assert.All(model.TrainingRun.Validations, v => Assert.Equal(2, v.SampleAnswers.Count));
        string prompt = QuickStartFiles.Pairs(1)[0].Prompt;
        SampleAnswer last = model.TrainingRun.Validations[^1].SampleAnswers[0];
        Assert.Contains(prompt, last.Prompt, StringComparison.Ordinal);
        Assert.Equal(model.Generate(prompt, new GenerationOptions { MaxNewTokens = 128 }), last.Answer); // that of the finished model
        Assert.Contains($"answer after step 2 to '{last.Prompt}': {last.Answer}", lines);
        Assert.Contains("<caption>answers</caption>", model.ToHtml(), StringComparison.Ordinal);
        Assert.Equal("`SampleAnswers` needs validation data, and there is none. Call `Fit(train, validation)`, or set `ValidationFraction`.",
            Assert.Throws<InvalidOperationException>(() => Fit(o => o.SampleAnswers = 1)).Message);
    }

    [Fact]
    public void The_log_has_a_line_for_so_many_steps_and_for_the_first_and_the_last()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add(e.RawMessage);
        };
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.LoggingSteps, o.Epochs) = (3, 4))).Fit(Pairs(8));
        Assert.Equal(8, model.TrainingRun.Steps.Count);
        Assert.Equal(["step 1/8", "step 3/8", "step 6/8", "step 8/8"], lines.Where(l => l.StartsWith("step ", StringComparison.Ordinal)).Select(l => l[..8]));
    }

    [Fact]
    public void Where_no_pair_is_left_nothing_is_said_of_a_template()
    {
        List<string> lines = [];
        _context.Log += (_, e) =>
        {
            lock (lines) lines.Add(e.RawMessage);
        };
        IDataView empty = _context.Data.LoadFromEnumerable([new TextPair { Prompt = "q", Chosen = "a", Rejected = " " }]);
        Assert.Throws<InvalidOperationException>(() => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.DropEmptyAnswers = true)).Fit(empty));
        Assert.Contains("0 pairs encoded.", lines);
        Assert.DoesNotContain(lines, line => line.Contains("chat template", StringComparison.Ordinal));
    }

    private IDataView Pairs(int count) => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(count));

    private void Fit(Action<SimPOTrainer.Options> change) => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(change)).Fit(Pairs(12)).Dispose();

    private sealed class Hearing : IProgress<TrainingProgress>, IProgress<ValidationResult>
    {
        public List<string> Lines { get; } = [];

        public void Report(TrainingProgress value) => Lines.Add($"step {value.Step}");

        public void Report(ValidationResult value) => Lines.Add($"evaluation {value.Step} with {value.SampleAnswers.Count} answers");
    }
}
