namespace Microsoft.ML.SimPO;

/// <summary>Runs of QuickStart's model that its README describes: at a rate ten times too high all figures look perfect while the model is destroyed.</summary>
public sealed class DiagnosisTests
{
    private readonly MLContext _context = new(seed: 1);

    /// <summary>A third of an epoch, in which the collapse is well under way.</summary>
    [Theory]
    [InlineData(2e-3, false)]
    [InlineData(2e-2, true)]
    public void A_collapse_is_called_out_while_the_accuracy_looks_perfect(double learningRate, bool severe)
    {
        using AlignmentTransformer model = Fit(learningRate, 0.35);
        TrainingDiagnosis fall = model.TrainingRun.Findings.First(d => d.Symptom == TrainingSymptom.ChosenLogProbabilityFell);
        Assert.True(fall.Value > 0.3);
        Assert.Equal(severe, model.TrainingRun.Findings.Any(d => d.IsSevere));
        Assert.InRange(model.TrainingRun.Steps[^1].Accuracy, 0.9, 1);
    }

    [Fact]
    public void A_healthy_run_is_not()
    {
        using AlignmentTransformer model = Fit(4e-4, 0.35);
        Assert.Empty(model.TrainingRun.Findings);
    }

    /// <summary>Two epochs at the rates of the sample, one above.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(2e-4, 2, 2.5f)]
    [InlineData(2.5e-4, 2, 2.5f)]
    [InlineData(4e-4, 1, 2.5f)]
    [InlineData(5e-4, 1, 2.5f)]
    [InlineData(2.5e-4, 2, 10f)]
    public void Whole_healthy_runs_are_not_whatever_their_seed(double learningRate, double epochs, float beta)
    {
        for (int seed = 1; seed <= 3; seed++)
        {
            using AlignmentTransformer model = Fit(learningRate, epochs, seed, beta, isHeldOut: true);
            Assert.Empty(model.TrainingRun.Findings);
        }
    }

    [Fact]
    [Trait("Category", "Long")]
    public void A_run_that_hardly_moves_is_told_at_its_end()
    {
        using AlignmentTransformer model = Fit(1e-4, 2, isHeldOut: true);
        Assert.Equal([("poor-separation", FindingSeverity.Warning)], model.TrainingRun.Findings.Select(f => (f.Rule, f.Severity)));
    }

    [Fact]
    [Trait("Category", "Long")]
    public void A_run_that_goes_too_far_is_warned_of_collapse_and_forgetting()
    {
        using AlignmentTransformer model = Fit(8e-4, 1, isHeldOut: true);
        Assert.Equal(["collapse", "forgetting"], model.TrainingRun.Findings.Select(f => f.Rule).Distinct().Order());
        Assert.DoesNotContain(model.TrainingRun.Findings, f => f.IsSevere);
    }

    /// <summary>Where the rate is high enough for every margin to leave its target far behind, the gradient's end is seen as well.</summary>
    [Theory]
    [Trait("Category", "Long")]
    [InlineData(2e-3, false)]
    [InlineData(5e-3, true)]
    [InlineData(2e-2, true)]
    public void Whole_runs_that_destroy_the_model_are_called_out(double learningRate, bool vanishes)
    {
        using AlignmentTransformer model = Fit(learningRate, 1);
        Assert.Contains(model.TrainingRun.Findings, d => d is { Symptom: TrainingSymptom.ChosenLogProbabilityFell, IsSevere: true, Value: > 1 });
        Assert.Equal(vanishes, model.TrainingRun.Findings.Any(d => d.Symptom == TrainingSymptom.GradientVanished));
        Assert.Equal(1, model.TrainingRun.Steps[^1].Accuracy);
        if (learningRate == 2e-2) Assert.InRange(model.TrainingRun.Findings.First(f => f is { Rule: "collapse", IsSevere: true }).Step, 2, 8);
    }

    private AlignmentTransformer Fit(double learningRate, double epochs, int seed = 1, float beta = 2.5f, bool isHeldOut = false) =>
        _context.Alignment.Trainers.SimPO(new SimPOTrainer.Options
    {
        ModelPath = QuickStartFiles.Model,
        Beta = beta,
        LearningRate = learningRate,
        BatchSize = 16,
        Epochs = epochs,
        MaxLength = 256,
        MaxPromptLength = 200,
        Seed = seed,
    }).Fit(
        _context.Alignment.LoadPreferences(QuickStartFiles.PathOf("data", "train.jsonl")),
        isHeldOut ? _context.Data.TakeRows(_context.Alignment.LoadPreferences(QuickStartFiles.Test), 32) : null);
}
