using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A step of three pairs, cut into two and one, with chosen answers of 2, 3 and 5 tokens.</summary>
public class StepWeightingTests
{
    private static readonly EncodedPrompt[] Pairs =
        [.. new[] { 2, 3, 5 }.Select(length => EncodedPrompt.Pair([1, .. Enumerable.Repeat(7, length)], 1, [1, 8], 1))];

    private static readonly TrainingStep Step = new([[0, 1], [2]], 1);

    [Fact]
    public void Every_pair_weighs_the_same_and_tokens_are_those_of_the_step()
    {
        StepWeighting weighting = StepWeighting.EachPair with { SftNormalization = SftNormalization.StepTokens };
        Assert.Equal([new GroupContext(1 / 3.0, 1 / 10.0), new GroupContext(1 / 3.0, 1 / 10.0)], weighting.Contexts(Step, Pairs));
    }

    [Fact]
    public void Tokens_may_be_those_of_the_micro_batch_while_pairs_weigh_the_same()
    {
        StepWeighting weighting = StepWeighting.EachPair with { SftNormalization = SftNormalization.MicroBatchTokens };
        Assert.Equal([new GroupContext(1 / 3.0, 1 / (5 * 2.0)), new GroupContext(1 / 3.0, 1 / (5 * 2.0))], weighting.Contexts(Step, Pairs));
    }

    [Fact]
    public void Every_micro_batch_weighs_the_same_for_the_references()
    {
        Assert.Equal([new GroupContext(1 / 4.0, 1 / 10.0), new GroupContext(1 / 2.0, 1 / 10.0)], StepWeighting.EachMicroBatch().Contexts(Step, Pairs));
        Assert.Equal([new GroupContext(1 / 8.0, 1 / 20.0), new GroupContext(1 / 4.0, 1 / 20.0)], StepWeighting.EachMicroBatch(4).Contexts(Step, Pairs));
    }

    /// <summary>Ten scored tokens and a first one of each of three sequences, over the step or over each micro-batch.</summary>
    [Fact]
    public void Tokens_that_nothing_scores_can_be_counted_too()
    {
        GroupContext[] whole = (StepWeighting.EachMicroBatch() with { SftNormalization = SftNormalization.StepTokens }).Contexts(Step, Pairs, unscored: 1);
        Assert.Equal([new GroupContext(1 / 4.0, 1 / 13.0), new GroupContext(1 / 2.0, 1 / 13.0)], whole);
        GroupContext[] parts = StepWeighting.EachMicroBatch().Contexts(Step, Pairs, unscored: 1);
        Assert.Equal([new GroupContext(1 / 4.0, 1 / 14.0), new GroupContext(1 / 2.0, 1 / 12.0)], parts);
    }

    [Fact]
    public void Figures_are_weighted_as_the_loss_is()
    {
        GroupResult Of(int index) => new(GroupScore.Pair(index, 1, 0, 1), new GroupLoss(0));
        GroupResult[][] results = [[Of(1), Of(2)], [Of(6)]];
        double Mean(StepWeighting weighting) => RewardFigures.Of(weighting.Batches(results), new MeanReward(1)).ChosenReward;
        Assert.Equal(3, Mean(StepWeighting.EachPair), 15);
        Assert.Equal(3.75, Mean(StepWeighting.EachMicroBatch()), 15);
    }
}
