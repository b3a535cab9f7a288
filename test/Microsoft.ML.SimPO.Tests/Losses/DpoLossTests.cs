using Microsoft.ML.SimPO.Losses.Dpo;

namespace Microsoft.ML.SimPO.Losses;

public class DpoLossTests
{
    private static readonly GroupContext Alone = new(1);

    /// <summary>Margins 3, -1, 2 of the policy and 0, 5, -4 of the reference: sorted -1, 2, 3 meet -4, 0, 5.</summary>
    [Fact]
    public void Aot_matches_the_margins_of_a_step_by_their_rank()
    {
        GroupScore[] step = [Pair(-1, -1, -4, -1), Pair(-5, 0, -4, -5), Pair(-2, -8, -4, -4)];
        Assert.Equal([5, -4, 0], new DpoLoss(new DpoSettings(1, (DpoLossType.Aot, 1))).Totals(step)[..3]);
    }

    /// <summary>Ratios of chosen 0, -5, 6 and of rejected -3, 1, 0: sorted -5, 0, 6 meet -3, 0, 1.</summary>
    [Fact]
    public void Aot_without_pairs_matches_both_sides_by_their_rank()
    {
        GroupScore[] step = [Pair(-1, -1, -4, -1), Pair(-5, 0, -4, -5), Pair(-2, -8, -4, -4)];
        double[] totals = new DpoLoss(new DpoSettings(1, (DpoLossType.AotUnpaired, 1))).Totals(step);
        Assert.Equal([0, -3, 1], totals[3..6]);
        Assert.Equal([-5, 6, 0], totals[6..]);
    }

    /// <summary>With the margins in the order of the reference's there is nothing to match, and AOT is DPO.</summary>
    [Fact]
    public void Aot_of_a_step_in_order_is_dpo()
    {
        GroupScore[] step = [Pair(-4, -4, -3, -2), Pair(-3, -3, -4, -4), Pair(-2, -2, -9, -5)];
        IAlignmentLoss aot = new DpoLoss(new DpoSettings(0.3, (DpoLossType.Aot, 1))), dpo = new DpoLoss(new DpoSettings(0.3, (DpoLossType.Sigmoid, 1)));
        double[] totals = aot.Totals(step);
        for (int i = 0; i < step.Length; i++)
            Assert.Equal(dpo.Evaluate(step[i], Alone).Value, aot.Evaluate(step[i], Alone with { Index = i, Totals = totals }).Value, 1e-14);
    }

    /// <summary>TRL's trainer stops with an error there; here a pair's likelihood weighs its preference and leaves the supervised term alone.</summary>
    [Fact]
    public void Weights_of_pairs_leave_the_supervised_term_alone()
    {
        GroupScore pair = new(
            new AnswerScore(-4, 2) { Reference = -6, LogSquares = -3, Rating = 1 }, new AnswerScore(-9, 4) { Reference = -8, LogSquares = -5 });
        DpoSettings settings = new(0.5, (DpoLossType.Sigmoid, 1), (DpoLossType.Sft, 1));
        double preference = 0.20141327798275241, likelihood = 2;
        Assert.Equal(preference + likelihood, new DpoLoss(settings).Evaluate(pair, Alone).Value, 1e-14);
        Assert.Equal(
            (preference * Math.Exp(-1.5)) + likelihood, new DpoLoss(settings with { WeighsPairs = true }).Evaluate(pair, Alone).Value, 1e-14);
    }

    /// <summary>What a pair weighs is a factor of its preference, and no part of any derivative: at 200 random pairs of each kind.</summary>
    [Fact]
    public void The_weight_of_a_pair_is_a_constant_factor()
    {
        var random = new Random(11);
        foreach (DpoLossType type in Enum.GetValues<DpoLossType>().Where(t => t != DpoLossType.Sft))
        {
            for (int i = 0; i < 200; i++)
            {
                DpoSettings settings = new(0.05 + (0.4 * random.NextDouble()), (type, 0.5)) { Smoothing = 0.1, Tau = 0.3 };
                GroupScore pair = RandomPair(random);
                double[] totals = SortedStep.Of([pair]);
                GroupLoss plain = new DpoLoss(settings).Evaluate(pair, Alone with { Totals = totals });
                GroupLoss found = new DpoLoss(settings with { WeighsPairs = true }).Evaluate(pair, Alone with { Totals = totals });
                double weight = pair.Answers.Aggregate(1.0, (all, a) => all * Math.Exp((a.Sum - a.LogSquares) / a.Count));
                Assert.Equal(weight * plain.Value, found.Value, 1e-12 * Math.Max(1, Math.Abs(found.Value)));
                Assert.All(plain.Derivatives.Zip(found.Derivatives), d => Assert.Equal(weight * d.First, d.Second, 1e-12 * Math.Max(1, Math.Abs(d.Second))));
            }
        }
    }

    public static TheoryData<DpoLossType> TakeDivergences => [.. Enum.GetValues<DpoLossType>().Where(t => DpoTerm.Of(t, 1, 0.1, 1).TakesDivergence)];

    /// <summary>At 200 random pairs of each measure.</summary>
    [Theory]
    [MemberData(nameof(TakeDivergences))]
    public void Derivatives_go_through_a_divergence(DpoLossType type)
    {
        const double h = 1e-5;
        var random = new Random(12);
        foreach (FDivergence divergence in Enum.GetValues<FDivergence>())
        {
            for (int i = 0; i < 200; i++)
            {
                double beta = 0.05 + (0.4 * random.NextDouble());
                var loss = new DpoLoss(new DpoSettings(beta, (type, 1)) { Smoothing = 0.1, Tau = 0.3, Divergence = new(divergence, 0.4) });
                GroupScore pair = RandomPair(random);
                GroupLoss at = loss.Evaluate(pair, Alone);
                double Value(double chosen, double rejected) => loss.Evaluate(
                    new GroupScore(Moved(pair.Chosen, chosen), Moved(pair.Rejected, rejected)), Alone).Value;
                AssertNear((Value(h, 0) - Value(-h, 0)) / (2 * h), at.Derivatives[0]);
                AssertNear((Value(0, h) - Value(0, -h)) / (2 * h), at.Derivatives[1]);
            }
        }
    }

    /// <summary>The reward is that of the first term: a mean where the loss has means.</summary>
    [Theory]
    [InlineData(DpoLossType.Sigmoid, true, 0)]
    [InlineData(DpoLossType.Ipo, true, 1)]
    [InlineData(DpoLossType.SigmoidNorm, true, 1)]
    [InlineData(DpoLossType.Ipo, false, 0)]
    public void A_loss_of_means_has_a_reward_of_means(DpoLossType type, bool rewardsPerToken, double power) =>
        Assert.Equal(new LogRatioReward(0.5, 1, power), new DpoLoss(new DpoSettings(0.5, (type, 1)) { RewardsPerToken = rewardsPerToken }).Reward);

    [Fact]
    public void Rewards_are_beta_times_the_ratio()
    {
        AnswerScore answer = new(-3, 4) { Reference = -5 };
        Assert.Equal(1, ((IReward)new LogRatioReward(0.5)).Of(answer));
        Assert.Equal(0.25, ((IReward)new LogRatioReward(0.5, 1, 1)).Of(answer));
    }

    [Fact]
    public void Tokens_beyond_the_shorter_answer_count_less()
    {
        float[] weights = [1, 1, 1, 1];
        new LogRatioReward(0.5, 0.25).Weigh([-1, -1, -1, -1], 3, weights);
        Assert.Equal([1, 1, 1, 0.25f], weights);
        new LogRatioReward(0.5, 0.5).Weigh([-1, -1, -1, -1], 9, weights);
        Assert.Equal([1, 1, 1, 0.25f], weights);
    }

    /// <summary>Both answers the same: the chosen one's derivative and the rejected one's cancel for all losses of a margin.</summary>
    [Theory]
    [InlineData(DpoLossType.Sigmoid)]
    [InlineData(DpoLossType.Hinge)]
    [InlineData(DpoLossType.Ipo)]
    [InlineData(DpoLossType.ExoPair)]
    [InlineData(DpoLossType.Robust)]
    [InlineData(DpoLossType.DiscoPop)]
    [InlineData(DpoLossType.SigmoidNorm)]
    public void Equal_answers_teach_nothing(DpoLossType type)
    {
        AnswerScore answer = new(-3, 1) { Reference = -2 };
        GroupLoss found = new DpoLoss(new DpoSettings(0.3, (type, 1)) { Smoothing = 0.1 }).Evaluate(new GroupScore(answer, answer), Alone);
        Assert.Equal(0, found.Derivatives.Sum(), 1e-15);
    }

    /// <summary>Ratios of up to two nats either way.</summary>
    private static GroupScore RandomPair(Random random)
    {
        AnswerScore Answer(double rating)
        {
            (int count, double sum) = (random.Next(1, 9), -10 * random.NextDouble());
            return new AnswerScore(sum, count) { Reference = sum + (4 * (random.NextDouble() - 0.5)), LogSquares = -5 * random.NextDouble(), Rating = rating };
        }
        return new GroupScore(Answer(1), Answer(0));
    }

    private static AnswerScore Moved(AnswerScore answer, double by) => answer with { Sum = answer.Sum + by, Weighted = answer.Weighted + by };

    private static void AssertNear(double expected, double found) =>
        Assert.InRange(found, expected - (1e-6 * Math.Max(1, Math.Abs(expected))), expected + (1e-6 * Math.Max(1, Math.Abs(expected))));

    private static GroupScore Pair(double chosen, double chosenReference, double rejected, double rejectedReference) => new(
        new AnswerScore(chosen, 2) { Reference = chosenReference, Rating = 1 }, new AnswerScore(rejected, 4) { Reference = rejectedReference });
}
