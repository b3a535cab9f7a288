using Microsoft.ML.SimPO.Losses.Dpo;

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
        Type type = AlignmentLosses.OfLibrary.Single(t => t.Name == name);
        IEnumerable<IAlignmentLoss> special = type == typeof(DpoLoss) ? DpoVariants.Special(new Random(5)).Select(s => new DpoLoss(s)) : [];
        foreach (IAlignmentLoss loss in AlignmentLosses.Make(type, new Random(4)).Concat(special))
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
        Assert.Equal(0.5 * 2, new SlicHfLoss(1, 2, 0).Evaluate(equal, Context).Value);
        Assert.Equal((0.5 * Math.Log(2)) + (0.5 * 0.1 * 36), new RewardLoss(0.1).Evaluate(equal, Context).Value, 14);
        // What one of them costs more, the other costs less, wherever both lie.
        AnswerScore alike = new(-3, 3) { Reference = -5 };
        GroupLoss liked = new KtoLoss(0.3, 1, 1).Evaluate(new GroupScore(alike with { Rating = 1 }, alike), Context with { Totals = [0.25] });
        Assert.Equal(0.5 * 0.5, liked.Value, 15);
        Assert.Equal(0, liked.Derivatives.Sum(), 15);
    }

    /// <summary>Supervised fine-tuning looks at the chosen answer alone, of however few tokens, and what it is compared with changes nothing.</summary>
    [Theory]
    [InlineData(SftLossType.Nll)]
    [InlineData(SftLossType.Dft)]
    public void Another_answer_is_nothing_to_supervised_fine_tuning(SftLossType type)
    {
        AnswerScore one = new(-2, 1) { Rating = 1, Weighted = -2 * Math.Exp(-2) };
        GroupLoss alone = new SftLoss(1, type).Evaluate(new GroupScore(one), Context);
        foreach (AnswerScore other in new[] { one, new AnswerScore(-1e4, 7) })
        {
            GroupLoss found = new SftLoss(1, type).Evaluate(new GroupScore(one, other), Context);
            Assert.Equal(alone.Value, found.Value);
            Assert.Equal([.. alone.Derivatives, 0], found.Derivatives);
        }
        Assert.Equal(0.125 * (type == SftLossType.Nll ? 2 : 2 * Math.Exp(-2)), alone.Value, 15);
    }

    /// <summary>Each loss that knows of doubt goes over into the one without as the doubt goes to 0; EXO alone cannot be without it.</summary>
    [Theory]
    [InlineData(DpoLossType.Sigmoid)]
    [InlineData(DpoLossType.SigmoidNorm)]
    [InlineData(DpoLossType.Robust)]
    [InlineData(DpoLossType.Aot)]
    [InlineData(DpoLossType.AotUnpaired)]
    public void Smoothing_that_goes_to_0_is_none(DpoLossType type)
    {
        GroupScore pair = new(new AnswerScore(-9, 3) { Reference = -5, Rating = 1 }, new AnswerScore(-4, 2) { Reference = -6 });
        GroupLoss Of(double smoothing) => new DpoLoss(new DpoSettings(0.7, (type, 1)) { Smoothing = smoothing })
            .Evaluate(pair, new GroupContext(1) { Totals = SortedStep.Of([pair]) });
        GroupLoss none = Of(0), hardly = Of(1e-9);
        Assert.Equal(none.Value, hardly.Value, 1e-7);
        Assert.All(none.Derivatives.Zip(hardly.Derivatives), d => Assert.Equal(d.First, d.Second, 1e-7));
        Assert.NotEqual(none.Value, Of(0.1).Value, 1e-3);
    }

    [Fact]
    public void SimPO_without_smoothing_believes_the_label()
    {
        GroupScore pair = GroupScore.Pair(-9, 3, -3, 3);
        GroupLoss Of(double smoothing, double alpha) => new SimPOLoss(2, 0.5, labelSmoothing: smoothing, alpha: alpha).Evaluate(pair, Context);
        foreach (double alpha in new[] { 0, 0.25 })
        {
            Assert.Equal(Of(0, alpha).Value, Of(1e-9, alpha).Value, 1e-6);
            Assert.Equal(Of(0, alpha).Derivatives[0], Of(1e-9, alpha).Derivatives[0], 1e-6);
            Assert.NotEqual(Of(0, alpha).Value, Of(0.1, alpha).Value, 1e-2);
        }
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
