namespace Microsoft.ML.SimPO.Losses;

/// <summary>What losses come to where their numbers, or those of an answer, go to an end.</summary>
public class LossLimitTests
{
    private static readonly GroupContext Context = new(0.5, 0.125);

    public static TheoryData<string> OfLibrary => [.. AlignmentLosses.OfLibrary.Select(t => t.Name)];

    [Theory]
    [InlineData(1e-3, 1e-3)]
    [InlineData(-1e-6, 1e-6)]
    [InlineData(1e-12, 1e-11)]
    public void AlphaPO_is_SimPO_where_alpha_goes_to_0(double alpha, double distance)
    {
        GroupScore pair = GroupScore.Pair(-3, 4, -9, 5);
        GroupLoss straight = new SimPOLoss(2, 0.3, labelSmoothing: 0.1, sftWeight: 0.2).Evaluate(pair, Context);
        GroupLoss bent = new SimPOLoss(2, 0.3, labelSmoothing: 0.1, sftWeight: 0.2, alpha: alpha).Evaluate(pair, Context);
        Assert.Equal(straight.Value, bent.Value, distance);
        Assert.All(straight.Derivatives.Zip(bent.Derivatives), d => Assert.Equal(d.First, d.Second, distance));
        Assert.Equal(new MeanReward(2), new SimPOLoss(2, 0.3).Reward);
    }

    /// <summary>Beyond an exponent of 80 the reward is a straight line with the slope that it has there.</summary>
    [Fact]
    public void AlphaPO_reward_of_an_impossible_answer_is_a_straight_line()
    {
        var reward = new AlphaReward(1, 0.5);
        double at = reward.Value(new AnswerScore(-160, 1)), far = reward.Value(new AnswerScore(-10_000, 1));
        Assert.Equal(1, at / -(2 * Math.Exp(80)), 12);
        Assert.Equal(1, (at - far) / ((10_000 - 160) * Math.Exp(80)), 12);
        Assert.Equal(Math.Exp(80), reward.Slope(new AnswerScore(-10_000, 1)));
    }

    /// <summary>Certain answers have infinite odds, impossible ones none; single tokens and long answers: every number is one that float32 holds.</summary>
    [Theory]
    [MemberData(nameof(OfLibrary))]
    public void Every_loss_is_finite_for_certain_and_for_impossible_answers(string name)
    {
        double[] sums = [0, -1e-12, -1e-4, -1, -1e4];
        foreach (IAlignmentLoss loss in AlignmentLosses.Make(AlignmentLosses.OfLibrary.Single(t => t.Name == name), new Random(4)))
        {
            foreach ((double chosen, double rejected) in sums.SelectMany(c => sums.Select(r => (c, r))))
            {
                foreach ((int first, int second) in new[] { (1, 1), (1, 64), (64, 1) })
                {
                    var group = new GroupScore(Answer(chosen, first, 1), Answer(rejected, second, 0)) { Prompt = new AnswerScore(-3, 2) };
                    double[] totals = loss.NeedsTotals ? loss.Totals([group]) : [];
                    GroupLoss found = loss.Evaluate(group, new GroupContext(1, 0.1) { Totals = totals });
                    Assert.True(double.IsFinite(found.Value), $"{chosen}/{first} against {rejected}/{second}: {found.Value}");
                    Assert.All(
                        found.Derivatives.Concat(found.WeightedDerivatives).Append(found.PromptDerivative), d => Assert.True(float.IsFinite((float)d), $"{d}"));
                }
            }
        }
    }

    /// <summary>The compared term of two answers that are the same says nothing but what a coin says.</summary>
    [Fact]
    public void Equal_answers_cost_what_no_preference_costs()
    {
        GroupScore equal = GroupScore.Pair(-3, 3, -3, 3);
        Assert.Equal(0.5 * Math.Log(2), new SimPOLoss(2, 0, alpha: 0.5).Evaluate(equal, Context).Value, 15);
        Assert.Equal(0.5 * Math.Log(2), new CpoLoss(2, nllWeight: 0).Evaluate(equal, Context).Value, 15);
        Assert.Equal(0.5, new CpoLoss(2, CpoLossType.Hinge, nllWeight: 0).Evaluate(equal, Context).Value, 15);
        Assert.Equal(0.5 * 0.0625, new CpoLoss(2, CpoLossType.Ipo, nllWeight: 0).Evaluate(equal, Context).Value, 15);
        Assert.Equal((0.5 * Math.Log(2)) + 0.5, new OrpoLoss(1).Evaluate(equal, Context).Value, 15);
        Assert.Equal(0, new RrhfLoss(1, 0).Evaluate(equal, Context).Value);
    }

    [Fact]
    public void Without_smoothing_the_label_is_believed()
    {
        GroupScore pair = GroupScore.Pair(-9, 3, -3, 3);
        GroupLoss Of(double smoothing) => new CpoLoss(2, labelSmoothing: smoothing, nllWeight: 0).Evaluate(pair, new GroupContext(1));
        Assert.Equal(12.0 + Math.Log(1 + Math.Exp(-12)), Of(0).Value, 12);
        Assert.Equal(Of(0).Value, Of(1e-9).Value, 1e-7);
        Assert.Equal(Of(0).Derivatives[0], Of(1e-9).Derivatives[0], 1e-7);
    }

    private static AnswerScore Answer(double sum, int count, double rating) =>
        new(sum, count) { Rating = rating, Reference = -2, Weighted = sum * Math.Exp(sum / count), LogSquares = sum, Entropy = 1 };
}
