namespace Microsoft.ML.SimPO;

/// <summary>Numbers as large as an option can be: nothing is planned or allocated before it is its turn, and whoever cancels is heard at once.</summary>
public sealed class ExtremeOptionsTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));

    [Fact]
    public void A_step_takes_all_pairs_where_it_may_take_two_billion()
    {
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(
            o => (o.BatchSize, o.LoggingSteps) = (int.MaxValue, int.MaxValue))).Fit(Data);
        Assert.Equal((1, 1), (model.TrainingRun.Steps.Count, model.TrainingRun.Steps[0].TotalSteps));
    }

    [Fact]
    public void Ten_million_epochs_are_cancelled_after_the_first_step()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
        {
            (o.Epochs, o.BatchSize) = (1e7, 2);
            o.Progress = new Listener<TrainingProgress>(step =>
            {
                steps++;
                Assert.Equal(20_000_000, step.TotalSteps);
                source.Cancel();
            });
        });
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.ThrowsAny<OperationCanceledException>(() => _context.Alignment.Trainers.SimPO(options).Fit(Data, null, source.Token));
        Assert.Equal(1, steps);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 20);
    }

    [Fact]
    public void Two_billion_answers_to_a_prompt_are_cancelled_before_the_first()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model);
        using var source = new CancellationTokenSource();
        source.Cancel();
        var options = new GenerationOptions { MaxNewTokens = int.MaxValue, Sample = true };
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.ThrowsAny<OperationCanceledException>(() => model.GenerateSamples(["Why?", "How?"], int.MaxValue, options, source.Token));
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64 << 20);
    }
}
