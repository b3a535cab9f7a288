namespace Microsoft.ML.SimPO;

/// <summary>Pairs whose two answers are one text: they cost what nothing moves, and move nothing.</summary>
public sealed class IdenticalPairsTests
{
    [Fact]
    public void Equal_answers_cost_the_margin_alone_have_no_gradient_and_are_told_before_the_first_step()
    {
        var context = new MLContext(1);
        List<string> warnings = [];
        context.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        TextPair[] pairs = QuickStartFiles.Pairs(4);
        foreach (TextPair pair in pairs) pair.Rejected = pair.Chosen;
        SimPOTrainer.Options options = QuickStartFiles.Options(o => (o.GammaBetaRatio, o.Epochs) = (0.5f, 1));
        using AlignmentTransformer model = context.Alignment.Trainers.SimPO(options).Fit(context.Data.LoadFromEnumerable(pairs));
        TrainingProgress step = Assert.Single(model.TrainingRun.Steps);
        Assert.Equal(Math.Log(1 + Math.Exp(2.5 * 0.5)), step.Loss, 1e-5); // beta times nothing, less beta times the ratio
        Assert.InRange(step.GradientNorm, 0, 1e-4);
        Assert.Contains("4 pairs have equal answers and teach nothing.", warnings);
    }
}
