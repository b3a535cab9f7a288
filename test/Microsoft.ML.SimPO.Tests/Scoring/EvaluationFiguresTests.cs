using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

public class EvaluationFiguresTests
{
    private static readonly GroupScore[] Scores =
        [new(new AnswerScore(-2, 4) { Rating = 1 }), new(new AnswerScore(-3, 1) { Rating = 1 }), new(new AnswerScore(-1, 5) { Rating = 1 })];

    /// <summary>Token means of batches of two texts and of one: 5/5 and 1/5, weighted by texts, or by the packed rows that they are told to be.</summary>
    [Fact]
    public void The_loss_is_weighted_by_texts_or_by_what_they_are_packed_in()
    {
        int[][] batches = [[0, 1], [2]];
        Assert.Equal(((2 * 1.0) + 0.2) / 3, EvaluationFigures.Of(Scores, batches, new SftLoss(1)).Loss, 15);
        Assert.Equal((1.0 + 0.2) / 2, EvaluationFigures.Of(Scores, batches, new SftLoss(1), [1, 1]).Loss, 15);
    }

    /// <summary>Tokens that nothing predicts: 5/7 and 1/6.</summary>
    [Fact]
    public void First_tokens_are_counted_where_the_loss_counts_them() => Assert.Equal(
        ((2 * 5 / 7.0) + (1 / 6.0)) / 3, EvaluationFigures.Of(Scores, [[0, 1], [2]], new SftLoss(1, countsFirstTokens: true)).Loss, 15);

    [Fact]
    public void What_takes_a_rejected_answer_is_not_a_number()
    {
        EvaluationFigures found = EvaluationFigures.Of(Scores, [[0, 1, 2]], new SftLoss(2));
        Assert.Equal(2 * (-0.5 - 3 - 0.2) / 3, found.ChosenReward, 15);
        Assert.All([found.RejectedReward, found.Accuracy, found.Margin, found.RejectedLogProbability], v => Assert.True(double.IsNaN(v)));
    }
}
