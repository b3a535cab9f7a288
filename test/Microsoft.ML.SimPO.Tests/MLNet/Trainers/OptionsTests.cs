namespace Microsoft.ML.SimPO;

public class OptionsTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void The_defaults_are_those_of_the_documentation()
    {
        var options = new SimPOTrainer.Options();
        Assert.Equal(
            (2f, 0.5f, SimPOLossType.Sigmoid, 0f, 0f, SftNormalization.Pair, 5e-7, 1.0, 8),
            (options.Beta, options.GammaBetaRatio, options.LossType, options.LabelSmoothing, options.SftWeight, options.SftNormalization, options.LearningRate,
                options.Epochs, options.BatchSize));
        Assert.Equal(
            (LearningRateScheduler.Cosine, 0.1, 0.0, 1.0, 2048, 1800, (int?)null),
            (options.LearningRateScheduler, options.WarmupRatio, options.WeightDecay, options.MaxGradNorm, options.MaxLength, options.MaxPromptLength,
                options.Seed));
        Assert.Equal(
            ("Prompt", "Chosen", "Rejected", true, true, false),
            (options.PromptColumnName, options.ChosenColumnName, options.RejectedColumnName, options.ApplyChatTemplate, options.Shuffle,
                options.GradientCheckpointing));
    }

    /// <summary>Weights, gradients and moments are float32: an epsilon of 1e-300 is none there.</summary>
    [Fact]
    public void Numbers_that_float32_cannot_hold_are_refused()
    {
        const string held = "and a number that float32 can hold (0, or 1.2E-38 to 3.4E+38 in size)";
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
        {
            (o.AdamEpsilon, o.WeightDecay, o.LearningRate, o.MaxGradNorm) = (1e-300, 1e300, 1e39, 1e39);
            (o.Beta, o.SftWeight, o.Lora) = (1e-40f, 1e-40f, new LoraOptions { Alpha = 1e308 });
        });
        string[] expected =
        [
            $"`Beta` must be greater than 0 {held}, but was 1E-40. Use 2.0 to 10.0.",
            $"`LearningRate` must be greater than 0 {held}, but was 1E+39. Use 3e-7 to 1e-6 for large models.",
            $"`WeightDecay` must be 0 or more {held}, but was 1E+300. Use 0.",
            $"`AdamEpsilon` must be greater than 0 {held}, but was 1E-300. Use 1e-8.",
            $"`MaxGradNorm` must be 0 or more {held}, but was 1E+39. Use 1, or 0 for no clipping.",
            $"`SftWeight` must be 0 or more {held}, but was 1E-40. Use 0 for none.",
            $"`Lora.Alpha` must be greater than 0 {held}, but was 1E+308. Use once or twice the rank.",
        ];
        string message = Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO(options)).Message;
        Assert.Equal($"{string.Join(Environment.NewLine, expected)} (Parameter 'options')", message);
    }

    [Fact]
    public void Dropout_of_an_adapter_is_refused_with_its_reason()
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o => o.Lora = new LoraOptions { Dropout = 0.05 });
        Assert.Equal(
            "`Lora.Dropout` must be 0, but was 0.05: both answers of a pair share the computation of their prompt, which a random mask would part. Against "
                + "overfitting use fewer `Epochs` or a lower `Lora.Rank`. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO(options)).Message);
    }

    [Theory]
    [InlineData(2048, 1800)]
    [InlineData(1024, 900)]
    [InlineData(4096, 3600)]
    [InlineData(2, 1)]
    public void The_most_tokens_of_a_prompt_go_with_those_of_prompt_and_answer(int length, int prompt)
    {
        var options = new SimPOTrainer.Options { ModelPath = QuickStartFiles.Model, MaxLength = length };
        Assert.Equal(prompt, options.MaxPromptLength);
        _context.Alignment.Trainers.SimPO(options);
        options.MaxPromptLength = 1;
        options.MaxLength = 512;
        Assert.Equal(1, options.MaxPromptLength);
    }

    [Fact]
    public void All_faults_are_told_in_one_message()
    {
        var options = new SimPOTrainer.Options
        {
            PromptColumnName = " ",
            Beta = -1,
            GammaBetaRatio = float.NaN,
            LossType = (SimPOLossType)7,
            LabelSmoothing = 0.5f,
            SftWeight = -2,
            SftNormalization = (SftNormalization)9,
            LearningRate = 0,
            Epochs = double.PositiveInfinity,
            BatchSize = 0,
            TokensPerMicroBatch = 0,
            PairsPerMicroBatch = 0,
            LearningRateScheduler = (LearningRateScheduler)8,
            WarmupRatio = 1.5,
            WarmupSteps = -1,
            WeightDecay = -0.1,
            AdamBeta1 = 1,
            AdamBeta2 = -0.5,
            AdamEpsilon = 0,
            MaxGradNorm = -1,
            MaxLength = 1,
            MaxPromptLength = 2,
        };
        var failure = Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO(options));
        string[] expected =
        [
            "`ModelPath` must name a folder in Hugging Face layout, but was empty.",
            "`PromptColumnName` must name a column, but was empty.",
            "`Beta` must be greater than 0, but was -1. Use 2.0 to 10.0.",
            "`TokensPerMicroBatch` must be at least 1, but was 0. Use 2048 to 16384.",
            "`MaxLength` must be at least 2, but was 1. Use 2048.",
            "`MaxPromptLength` must be at least 1 and below `MaxLength` (1), but was 2. Use 1800 of 2048.",
            "`LearningRate` must be greater than 0, but was 0. Use 3e-7 to 1e-6 for large models.",
            "`Epochs` must be greater than 0, but was Infinity. Use 1.",
            "`BatchSize` must be at least 1, but was 0. Use 8 to 128.",
            "`PairsPerMicroBatch` must be at least 1, but was 0. Use 1 to 8, or null for no limit.",
            "`LearningRateScheduler` must be one of Cosine, Linear, Constant, ConstantWithWarmup, Polynomial, but was 8.",
            "`WarmupRatio` must be from 0 to 1, but was 1.5. Use 0.1.",
            "`WarmupSteps` must be 0 or more, but was -1. Use null for `WarmupRatio`.",
            "`WeightDecay` must be 0 or more, but was -0.1. Use 0.",
            "`AdamBeta1` must be from 0 to below 1, but was 1. Use 0.9.",
            "`AdamBeta2` must be from 0 to below 1, but was -0.5. Use 0.999.",
            "`AdamEpsilon` must be greater than 0, but was 0. Use 1e-8.",
            "`MaxGradNorm` must be 0 or more, but was -1. Use 1, or 0 for no clipping.",
            "`GammaBetaRatio` must be 0 or more, but was NaN. Use 0.3 to 1.6.",
            "`LossType` must be Sigmoid or Hinge, but was 7.",
            "`LabelSmoothing` must be from 0 to below 0.5, but was 0.5. Use 0 unless labels are noisy.",
            "`SftWeight` must be 0 or more, but was -2. Use 0 for none.",
            "`SftNormalization` must be Pair, StepTokens or MicroBatchTokens, but was 9.",
        ];
        const string parameter = " (Parameter 'options')";
        Assert.EndsWith(parameter, failure.Message, StringComparison.Ordinal);
        Assert.Equal(expected.Order(StringComparer.Ordinal), failure.Message[..^parameter.Length].Split(Environment.NewLine).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_short_form_checks_its_arguments_too()
    {
        var failure = Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO("model", beta: 0));
        Assert.Equal("`Beta` must be greater than 0, but was 0. Use 2.0 to 10.0. (Parameter 'options')", failure.Message);
    }

    /// <summary>Each mode has an order of its own, which rows of one prompt would have to leave.</summary>
    [Fact]
    public void Prompts_cannot_be_kept_together_in_the_order_of_another_trainer()
    {
        var options = new SimPOTrainer.Options { ModelPath = QuickStartFiles.Model, KeepPromptsTogether = true, Compatibility = Compatibility.Trl024 };
        Assert.Equal(
            "`KeepPromptsTogether` must be false with `Compatibility` Trl024, which has an order of its own, but was true. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => _context.Alignment.Trainers.SimPO(options)).Message);
    }

    [Fact]
    public void Warm_up_steps_take_the_place_of_the_ratio()
    {
        double[] Rates(Action<SimPOTrainer.Options> change)
        {
            using AlignmentTransformer model = Fit(o =>
            {
                (o.Epochs, o.LearningRate, o.LearningRateScheduler, o.WarmupRatio) = (2, 3e-4, LearningRateScheduler.Linear, 0.5);
                change(o);
            });
            return [.. model.TrainingRun.Steps.Select(p => p.LearningRate)];
        }
        AssertClose([0, 1e-4, 2e-4, 3e-4], Rates(o => o.WarmupSteps = 3));
        AssertClose([3e-4, 2.25e-4, 1.5e-4, 0.75e-4], Rates(o => o.WarmupSteps = 0));
        AssertClose([0, 1.5e-4, 3e-4, 1.5e-4], Rates(o => o.WarmupSteps = null)); // half of four steps

        static void AssertClose(double[] expected, double[] found) =>
            Assert.All(expected.Zip(found, (e, f) => (e, f)), pair => Assert.Equal(pair.e, pair.f, 1e-12));
    }

    /// <summary>
    /// Without memory, betas of 0, AdamW moves each weight by the learning rate against its gradient's sign, and not at all where there is none: in two steps
    /// by 0, 1 or 2 times the rate.
    /// </summary>
    [Fact]
    public void The_betas_and_epsilon_reach_the_optimizer()
    {
        const double rate = 1e-4;
        using AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model);
        double[] Moves(Action<SimPOTrainer.Options> change)
        {
            using AlignmentTransformer model = Fit(o =>
            {
                // many gradients are below the default 1e-8
                (o.LearningRate, o.LearningRateScheduler, o.AdamEpsilon) = (rate, LearningRateScheduler.Constant, 1e-15);
                change(o);
            });
            return [.. Weights(untuned).Zip(Weights(model), (before, after) => Math.Abs(after - before) / rate).Where(move => move > 0)];
        }
        double Whole(double[] moves) => moves.Average(move => Math.Abs(move - Math.Round(move)) < 0.02 ? 1.0 : 0);
        Assert.InRange(Whole(Moves(o => (o.AdamBeta1, o.AdamBeta2) = (0, 0))), 0.99, 1);
        Assert.InRange(Whole(Moves(_ => { })), 0, 0.5);
        Assert.InRange(Whole(Moves(o => o.AdamBeta1 = 0)), 0, 0.5);
        Assert.InRange(Moves(o => o.AdamEpsilon = 1e3).DefaultIfEmpty().Max(), 0, 0.01);
    }

    [Fact]
    public void Later_changes_of_the_options_do_not_reach_the_trainer()
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o => o.Epochs = 1);
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(options);
        options.Epochs = 50;
        options.ModelPath = "nowhere";
        using AlignmentTransformer model = trainer.Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)));
        Assert.Equal(2, model.TrainingRun.Steps.Count);
    }

    private AlignmentTransformer Fit(Action<SimPOTrainer.Options> change) =>
        _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(change)).Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)));

    private static float[] Weights(AlignmentTransformer model) => [.. model.Model.Decoder.Parameters.SelectMany(p => p.Value.data<float>().ToArray())];
}
