using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class CrossValidationTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(9));

    /// <summary>Whatever stands before the trainer: here a transform that gives its prompt column another name.</summary>
    [Fact]
    public void A_chain_that_ends_in_a_trainer_is_judged_as_the_trainer_alone_is()
    {
        SimPOTrainer Trainer(string prompt) => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.PromptColumnName = prompt));
        long before = LiveTensors.CountWithoutGarbage();
        var chain = _context.Transforms.CopyColumns("Question", "Prompt").Append(Trainer("Question"));
        IReadOnlyList<CrossValidationFold> folds = _context.Alignment.CrossValidate(Data, chain, numberOfFolds: 3);
        Assert.Equal(before, LiveTensors.Count);
        IReadOnlyList<CrossValidationFold> alone = _context.Alignment.CrossValidate(Data, Trainer("Prompt"), numberOfFolds: 3);
        Assert.Equal(alone.Select(f => f.Metrics.MeanMargin), folds.Select(f => f.Metrics.MeanMargin));
        IReadOnlyList<CrossValidationFold> kept = _context.Alignment.CrossValidate(Data, chain, numberOfFolds: 2, keepModels: true);
        foreach (CrossValidationFold fold in kept)
        {
            Assert.NotEmpty(fold.Model!.TrainingRun.Steps);
            fold.Model.Dispose();
        }
    }

    [Fact]
    public void Each_pair_is_held_out_once_and_judged_by_a_model_that_did_not_see_it()
    {
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options());
        trainer.Fit(Data).Dispose();
        long before = LiveTensors.CountWithoutGarbage();
        IReadOnlyList<CrossValidationFold> folds = _context.Alignment.CrossValidate(Data, trainer, numberOfFolds: 3);
        Assert.Equal(before, LiveTensors.Count);
        Assert.Equal([(0, 3L), (1, 3L), (2, 3L)], folds.Select(f => (f.Fold, f.Metrics.Count)));
        Assert.All(folds, f => Assert.Null(f.Model));
        string[] held = [.. folds.SelectMany(f => f.HoldOutSet.GetColumn<string>("Prompt"))];
        Assert.Equal(Data.GetColumn<string>("Prompt").Order(), held.Order());

        // The first fold by hand.
        string[] own = [.. folds[0].HoldOutSet.GetColumn<string>("Prompt")];
        IDataView others = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(9).Where(p => !own.Contains(p.Prompt)));
        using AlignmentTransformer model = trainer.Fit(others);
        Assert.Equal(_context.Alignment.Evaluate(model.Transform(folds[0].HoldOutSet)).MeanMargin, folds[0].Metrics.MeanMargin);
    }

    [Fact]
    public void Models_are_kept_where_they_are_asked_for()
    {
        IReadOnlyList<CrossValidationFold> folds =
            _context.Alignment.CrossValidate(Data, _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()), numberOfFolds: 2, seed: 5, keepModels: true);
        foreach (CrossValidationFold fold in folds)
        {
            using AlignmentTransformer model = fold.Model!;
            Assert.Equal(fold.Metrics.MeanMargin, _context.Alignment.Evaluate(model.Transform(fold.HoldOutSet)).MeanMargin);
        }
    }

    [Fact]
    public void Folds_that_cannot_be_made_are_refused()
    {
        SimPOTrainer trainer = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options());
        Assert.Equal("`numberOfFolds` must be at least 2, but was 1. Use 5. (Parameter 'numberOfFolds')",
            Assert.Throws<ArgumentOutOfRangeException>(() => _context.Alignment.CrossValidate(Data, trainer, 1)).Message);
        Assert.Equal("20 folds need at least 20 different prompts, but there are 9.",
            Assert.Throws<InvalidOperationException>(() => _context.Alignment.CrossValidate(Data, trainer, 20)).Message);
        Assert.Equal("Could not find chosen column 'Chosen'" + Environment.NewLine + "Could not find rejected column 'Rejected' (Parameter 'data')",
            Assert.Throws<ArgumentOutOfRangeException>(
                () => _context.Alignment.CrossValidate(_context.Data.LoadFromEnumerable([new { Prompt = "p" }]), trainer)).Message);
    }
}
