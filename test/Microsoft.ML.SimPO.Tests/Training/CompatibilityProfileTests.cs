using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

public class CompatibilityProfileTests
{
    private static readonly CompatibilityProfile Sound = new();

    private static readonly CompatibilityProfile Trl = Sound with
    {
        Preparation = RowPreparation.Trl024, ByMicroBatch = true, EpochEnd = EpochEnd.OwnStepOfMicroBatches, CrossEntropy = SftNormalization.MicroBatchTokens,
        Float32Norm = true, LooksUpPadding = false, EvaluatesInBatches = true,
    };

    [Fact]
    public void Each_mode_changes_what_its_trainer_does_otherwise()
    {
        Assert.Equal(Sound, CompatibilityProfile.Of(Compatibility.None, "SimPO"));
        Assert.Equal(Trl, CompatibilityProfile.Of(Compatibility.Trl024, "SimPO"));
        Assert.Equal(Trl with { Preparation = RowPreparation.Trl024Dpo }, CompatibilityProfile.Of(Compatibility.Trl024, "Dpo"));
        CompatibilityProfile reference = CompatibilityProfile.Of(Compatibility.SimPOReference, "SimPO");
        Assert.Equal(
            Trl with
            {
                Preparation = RowPreparation.SimPOReference, DividesByConfigured = true, EpochEnd = EpochEnd.AcrossEpochs, ReportsNextRate = true,
                SparedNorms = reference.SparedNorms,
            },
            reference);
    }

    /// <summary>
    /// As 0.24, with its own way to make ids of rows, rewards that are sums, and no smoothing of the sigmoid loss; KTO takes pairs apart and mismatches the
    /// rows of a micro-batch.
    /// </summary>
    [Fact]
    public void Trl_116_differs_from_024_in_what_its_trainers_do()
    {
        CompatibilityProfile newer = Trl with { Preparation = RowPreparation.Trl116, RewardsPerToken = false, SmoothsSigmoid = false };
        Assert.Equal(newer, CompatibilityProfile.Of(Compatibility.Trl116, "Dpo"));
        Assert.Equal(newer with { MismatchesByMicroBatch = true }, CompatibilityProfile.Of(Compatibility.Trl116, "Kto"));
        foreach (string method in new[] { "SimPO", "Cpo", "Orpo" })
            Assert.Equal(newer with { Preparation = RowPreparation.Trl116Cpo }, CompatibilityProfile.Of(Compatibility.Trl116, method));
        Assert.Equal(
            "`Compatibility` must be another with SlicHf, but was Trl116, which has SimPO, Cpo, Orpo, Sft, Dpo, Kto, Reward alone. Use None.",
            CompatibilityProfile.Fault(Compatibility.Trl116, "SlicHf"));
        Assert.Null(CompatibilityProfile.Fault(Compatibility.Trl116, "Kto"));
    }

    [Fact]
    public void Every_mode_has_a_row_for_every_method() => Assert.All(Enum.GetValues<Compatibility>().Where(mode => mode != Compatibility.None), mode =>
    {
        Assert.NotEqual(Sound, CompatibilityProfile.Of(mode, "SimPO"));
        Assert.NotEqual(Sound, CompatibilityProfile.Of(mode, ""));
        Assert.NotEqual(Sound, CompatibilityProfile.Of(mode, "Dpo"));
    });

    [Theory]
    [InlineData(Compatibility.None, "qwen2", false)]
    [InlineData(Compatibility.Trl024, "qwen2", false)]
    [InlineData(Compatibility.SimPOReference, "qwen2", true)]
    [InlineData(Compatibility.SimPOReference, "gemma2", true)]
    [InlineData(Compatibility.SimPOReference, "gemma", false)]
    [InlineData(Compatibility.SimPOReference, "llama", false)]
    public void The_reference_decays_norms_of_classes_that_it_does_not_know(Compatibility mode, string modelType, bool decays) =>
        Assert.Equal(decays, CompatibilityProfile.Of(mode, "SimPO").DecaysNorms(modelType));

    [Theory]
    [InlineData(Compatibility.None, null, 4, null)]
    [InlineData(Compatibility.None, 3, 4, null)]
    [InlineData(Compatibility.Trl024, null, null, 8)]
    [InlineData(Compatibility.Trl024, null, 4, 4)]
    [InlineData(Compatibility.SimPOReference, 6, 4, 6)]
    public void Evaluations_have_batches_where_their_means_are_those_of_batches(Compatibility mode, int? ofEvaluation, int? ofTraining, int? expected)
    {
        var options = new SimPOTrainer.Options { Compatibility = mode, BatchSize = 8, PairsPerMicroBatch = ofTraining, PairsPerEvaluationBatch = ofEvaluation };
        Assert.Equal(expected, options.PairsPerEvaluation());
    }
}
