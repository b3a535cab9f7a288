using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>KTO on pairs and on single answers with labels.</summary>
public sealed class KtoTrainerTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Pairs => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));

    private IDataView Answers => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8).SelectMany(p => new[]
    {
        new LabelledAnswer { Prompt = p.Prompt, Response = p.Chosen, Label = true, Score = 1 },
        new LabelledAnswer { Prompt = p.Prompt, Response = p.Rejected, Label = false, Score = -0.5f },
    }));

    /// <summary>With policy and reference the same and no divergence, each answer costs its weight times 1 - sigma(0).</summary>
    [Fact]
    public void Pairs_are_taken_as_one_desirable_and_one_undesirable_answer()
    {
        using AlignmentTransformer tuned = Fit(o => (o.DesirableWeight, o.UndesirableWeight, o.Epochs) = (1, 3, 2), Pairs);
        TrainingProgress first = tuned.TrainingRun.Steps[0], last = tuned.TrainingRun.Steps[^1];
        Assert.Equal((0.5 + 1.5) / 2, first.Loss, 1e-4);
        Assert.Equal(0, first.MethodMetrics["kl"], 1e-4);
        Assert.True(last.Margin > 0.01, $"{last.Margin}");
        Assert.True(last.Accuracy >= 0.5, $"{last.Accuracy}"); // answers of a pair are in one step, so that there is an accuracy
    }

    /// <summary>The same answers one by one, by a flag or by a number; a step has answers of both kinds.</summary>
    [Fact]
    public void Single_answers_are_labelled_by_a_column()
    {
        using AlignmentTransformer flagged = Fit(o => o.Rows = RowKind.Responses, Answers);
        using AlignmentTransformer scored = Fit(o => (o.Rows, o.LabelColumnName) = (RowKind.Responses, "Score"), Answers);
        Assert.Equal(4, flagged.TrainingRun.Steps.Count);
        Assert.Equal(flagged.TrainingRun.Steps.Select(s => s.Loss), scored.TrainingRun.Steps.Select(s => s.Loss));
        Assert.Equal(0.5, flagged.TrainingRun.Steps[0].Loss, 1e-4);
        Assert.True(double.IsNaN(flagged.TrainingRun.Steps[0].Accuracy));
        AlignmentMetrics metrics = _context.Alignment.Evaluate(flagged.Transform(Answers)); // of single answers: the mean reward
        Assert.Equal(0, metrics.Count);
        Assert.Equal(flagged.Transform(Answers).GetColumn<float>("ChosenReward").Average(), metrics.MeanChosenReward, 1e-5);
    }

    [Fact]
    public void An_accuracy_of_single_answers_decides_nothing() => Assert.Equal(
        "`MetricForBestModel` is Accuracy, but the validation data has no pair that it could be of: its rows are single answers. Use Loss.",
        Assert.Throws<InvalidOperationException>(() => Fit(
            o => (o.Rows, o.MetricForBestModel, o.ValidationFraction) = (RowKind.Responses, BestModelMetric.Accuracy, 0.5), Answers)).Message);

    [Fact]
    public void A_tuned_model_scores_pairs_by_its_own_reward()
    {
        using AlignmentTransformer tuned = Fit(o => (o.Epochs, o.LearningRate) = (4, 5e-4), Pairs);
        AlignmentMetrics metrics = _context.Alignment.Evaluate(tuned.Transform(Pairs));
        Assert.Equal(8, metrics.Count);
        Assert.True(metrics.MeanMargin > 0.01, $"{metrics.MeanMargin}");
        Assert.Equal(metrics.MeanMargin, metrics.MeanChosenReward - metrics.MeanRejectedReward, 1e-5);
    }

    [Fact]
    public void Labels_that_are_missing_or_no_numbers_are_refused()
    {
        KtoTrainer Trainer(string label) => _context.Alignment.Trainers.Kto(Options(o => (o.Rows, o.LabelColumnName) = (RowKind.Responses, label)));
        Assert.StartsWith(
            "Could not find label column 'Good'", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer("Good").Fit(Answers)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Schema mismatch for label column 'Prompt': expected Boolean or Single, got String",
            Assert.Throws<ArgumentOutOfRangeException>(() => Trainer("Prompt").Fit(Answers)).Message, StringComparison.Ordinal);
        IDataView unknown = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(3).Select(
            (p, i) => new LabelledAnswer { Prompt = p.Prompt, Response = p.Chosen, Score = i == 1 ? float.NaN : 1 }));
        Assert.Equal("Row 2: 'Score' is NaN. Use 1 or 0.", Assert.Throws<InvalidDataException>(() => Trainer("Score").Fit(unknown)).Message);
    }

    /// <summary>There is no such model: what is wrong with the data is told first.</summary>
    [Fact]
    public void A_missing_label_column_is_told_before_the_model_is_opened() => Assert.StartsWith(
        "Could not find label column 'label'. There is 'Label': give that as the name of the column, for names keep their case",
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Fit(o => (o.ModelPath, o.Rows, o.LabelColumnName) = ("nowhere", RowKind.Responses, "label"), Answers)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_it_cannot_have_is_said_all_at_once() => Assert.Equal(
        [
            "`UndesirableWeight` must be greater than 0, but was 0. Use 1 for as many of both.",
            "`Compatibility` must be another with Kto, but was Trl024, which has SimPO, Cpo, Orpo, Sft, Dpo alone. Use None.",
            "`Rows` must be Pairs or Responses for Kto, but was Texts.",
            "`ReferenceChosenColumnName` and `ReferenceRejectedColumnName` must be null for Kto, which scores answers to other prompts too.",
        ],
        Options(o =>
        {
            (o.UndesirableWeight, o.Compatibility, o.Rows) = (0, Compatibility.Trl024, RowKind.Texts);
            (o.ReferenceChosenColumnName, o.ReferenceRejectedColumnName) = ("A", "B");
        }).Faults());

    private static KtoTrainer.Options Options(Action<KtoTrainer.Options> change)
    {
        KtoTrainer.Options options = QuickStartFiles.Small(new KtoTrainer.Options { LearningRate = 2e-4 });
        change(options);
        return options;
    }

    private AlignmentTransformer Fit(Action<KtoTrainer.Options> change, IDataView data) => _context.Alignment.Trainers.Kto(Options(change)).Fit(data);

    /// <summary>An answer that was liked or not.</summary>
    private sealed class LabelledAnswer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";

        public bool Label { get; set; }

        public float Score { get; set; }
    }
}
