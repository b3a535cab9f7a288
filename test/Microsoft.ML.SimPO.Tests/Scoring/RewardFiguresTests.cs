using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

public class RewardFiguresTests
{
    /// <summary>Rewards 2 (-1), 2 (-2) of one batch and 2 (-3), 2 (-4) of another; rejected -3, -1 and -5, -6.</summary>
    [Fact]
    public void Every_batch_weighs_the_same_whatever_its_size()
    {
        GroupScore[] first = [GroupScore.Pair(-2, 2, -3, 1), GroupScore.Pair(-2, 1, -2, 2)], second = [GroupScore.Pair(-3, 1, -5, 1)];
        RewardFigures found = RewardFigures.Of([first, second], new MeanReward(2));
        Assert.Equal(new RewardFigures(2 * -2.25, 2 * -3.5, 0.75, 2 * 1.25, -2.25, -3.5), found);
    }

    /// <summary>An answer alone is chosen or rejected by its rating; one that is neither counts nowhere.</summary>
    [Fact]
    public void Answers_without_a_counterpart_count_on_their_side()
    {
        GroupScore good = new(new AnswerScore(-2, 1) { Rating = 1 }),
            bad = new(new AnswerScore(-6, 2) { Rating = 0 }, new AnswerScore(-9, 1) { Rating = double.NaN });
        Assert.Equal(new RewardFigures(-2, -3, double.NaN, 1, -2, -3), RewardFigures.Of([[good, bad]], new MeanReward(1)));
        Assert.Equal(new RewardFigures(-2, double.NaN, double.NaN, double.NaN, -2, double.NaN), RewardFigures.Of([[good]], new MeanReward(1)));
    }

    [Fact]
    public void A_reward_model_has_rewards_and_no_log_probabilities()
    {
        GroupScore pair = new(new AnswerScore(2, 1) { Rating = 1 }, new AnswerScore(-1, 1));
        Assert.Equal(new RewardFigures(2, -1, 1, 3, double.NaN, double.NaN), RewardFigures.Of([[pair]], new ModelReward()));
    }

    /// <summary>Of a ranked group the first answer wins where it is worth more than every other.</summary>
    [Theory]
    [InlineData(-1.0, 1)]
    [InlineData(-1.5, 0)]
    public void The_best_answer_of_a_group_must_beat_all_others(double best, double expected)
    {
        AnswerScore Of(double sum, double rating) => new(sum, 1) { Rating = rating };
        RewardFigures found = RewardFigures.Of([[new(Of(best, 1), Of(-3, 0), Of(-1.5, -1))]], new MeanReward(1));
        Assert.Equal((expected, best, -2.25), (found.Accuracy, found.ChosenReward, found.RejectedReward));
    }
}
