using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What is checked after every step.</summary>
public sealed class TrainingStepsTests
{
    /// <summary>
    /// Loss and gradient are well in each of them. Rows of the embedding that no pair looks up have no gradient: with an epsilon of 0 they become 0 / 0.
    /// </summary>
    [Theory]
    [InlineData(4e38, 0, 1e-8)]
    [InlineData(1e-3, 1e300, 1e-8)]
    [InlineData(1e-3, 0, 1e-60)]
    public void An_update_that_float32_cannot_hold_is_an_error_of_its_step(double learningRate, double weightDecay, double epsilon)
    {
        using Decoder decoder = RandomDecoder.Make(1, RandomDecoder.Ornate); // with a head of its own
        EncodedPrompt[] pairs = RandomPairs.Make(2);
        var settings = new TrainingSettings
        {
            LearningRate = learningRate,
            Scheduler = LearningRateScheduler.Constant,
            MaxGradNorm = 0,
            AdamW = new AdamWSettings(weightDecay, Epsilon: epsilon),
        };
        var loop = new TrainingLoop(decoder, new SimPOLoss(2, 0.5), settings);
        var error = Assert.Throws<InvalidOperationException>(() => loop.Run(pairs, new StepPlanner(pairs, 2, int.MaxValue).Plan(1, null), null));
        Assert.StartsWith("The update of step 1 made weights that are not finite numbers, first in 'model.", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Lower `LearningRate` or `WeightDecay`, or raise `AdamEpsilon`.", error.Message, StringComparison.Ordinal);
    }
}
