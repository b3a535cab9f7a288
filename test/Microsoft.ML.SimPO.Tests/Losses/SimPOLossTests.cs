namespace Microsoft.ML.SimPO.Losses;

public class SimPOLossTests
{
    private static readonly GroupContext Alone = new(1);

    /// <summary>Means -0.5 and -1.5, so u = 1 - 0.4 = 0.6 and beta u = 1.5: loss log(1 + e^-1.5), dL/du = 2.5 (sigma(1.5) - 1).</summary>
    [Fact]
    public void The_sigmoid_loss_is_that_of_the_paper()
    {
        GroupLoss loss = new SimPOLoss(2.5, 0.4).Evaluate(GroupScore.Pair(-2, 4, -3, 2), Alone);
        Assert.Equal(0.20141327798275246, loss.Value, 14);
        Assert.Equal(2.5 * -0.18242552380635635 / 4, loss.Derivatives[0], 14);
        Assert.Equal(2.5 * 0.18242552380635635 / 2, loss.Derivatives[1], 14);
    }

    /// <summary>The same pair: 0.9 log(1 + e^-1.5) + 0.1 log(1 + e^1.5), and sigma(1.5) - 0.9.</summary>
    [Fact]
    public void Label_smoothing_mixes_in_the_other_order()
    {
        GroupLoss loss = new SimPOLoss(2.5, 0.4, labelSmoothing: 0.1).Evaluate(GroupScore.Pair(-2, 4, -3, 2), Alone);
        Assert.Equal((0.9 * 0.20141327798275246) + (0.1 * 1.7014132779827524), loss.Value, 14);
        Assert.Equal(2.5 * (0.8175744761936437 - 0.9) / 4, loss.Derivatives[0], 14);
        Assert.Equal(-2.5 * (0.8175744761936437 - 0.9) / 2, loss.Derivatives[1], 14);
    }

    /// <summary>Means -0.5 and -1: beta u = 2 (0.5 - 0.375) = 0.25 is inside the margin. Smoothing has no meaning here.</summary>
    [Fact]
    public void The_hinge_falls_with_slope_beta_inside_its_margin()
    {
        GroupLoss loss = new SimPOLoss(2, 0.375, SimPOLossType.Hinge, labelSmoothing: 0.25).Evaluate(GroupScore.Pair(-1, 2, -4, 4), Alone);
        Assert.Equal(0.75, loss.Value);
        Assert.Equal([-1, 0.5], loss.Derivatives);
    }

    /// <summary>beta u = 2 (1 - 0.375) = 1.25 is beyond the margin; beta u = 1 sharp is too.</summary>
    [Theory]
    [InlineData(-6)]
    [InlineData(-5.5)]
    public void The_hinge_is_flat_beyond_its_margin(double rejectedSum)
    {
        GroupLoss loss = new SimPOLoss(2, 0.375, SimPOLossType.Hinge).Evaluate(GroupScore.Pair(-1, 2, rejectedSum, 4), Alone);
        Assert.Equal(0, loss.Value);
        Assert.Equal(0, loss.Derivatives[0]);
        Assert.Equal(0, loss.Derivatives[1]);
    }

    /// <summary>The same log-probabilities cost log 2 where there is no target margin, and the derivative is half of beta.</summary>
    [Fact]
    public void Equal_answers_cost_log_2()
    {
        GroupLoss loss = new SimPOLoss(2, 0).Evaluate(GroupScore.Pair(-3, 3, -3, 3), Alone);
        Assert.Equal(Math.Log(2), loss.Value, 15);
        Assert.Equal(-2 * 0.5 / 3, loss.Derivatives[0], 15);
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void Margins_of_thousands_of_nats_stay_finite(double margin)
    {
        GroupLoss loss = new SimPOLoss(10, 0, labelSmoothing: 0.25).Evaluate(GroupScore.Pair(margin, 1, 0, 1), Alone);
        Assert.Equal(margin > 0 ? 0.25 * 1e5 : 0.75 * 1e5, loss.Value, 9);
        Assert.Equal(margin > 0 ? 2.5 : -7.5, loss.Derivatives[0], 12);
    }

    /// <summary>
    /// A step of two pairs with 4 and 6 chosen tokens in one micro-batch of two (weight 1/2 each, tokens 10): sums -2 and -9.
    /// Means -0.5 and -1.5 over pairs: 1. Over tokens: 11/10. The supervised term weighs 3.
    /// </summary>
    [Theory]
    [InlineData(SftNormalization.Pair, 3.0)]
    [InlineData(SftNormalization.StepTokens, 3.3)]
    [InlineData(SftNormalization.MicroBatchTokens, 3.3)]
    public void The_supervised_term_is_the_mean_that_its_name_says(SftNormalization normalization, double expected)
    {
        var context = new GroupContext(0.5, 0.1);
        var loss = new SimPOLoss(2, 0.5, sftWeight: 3, sftNormalization: normalization);
        var bare = new SimPOLoss(2, 0.5);
        GroupScore first = GroupScore.Pair(-2, 4, -3, 3), second = GroupScore.Pair(-9, 6, -5, 5);
        double Term(GroupScore pair) => loss.Evaluate(pair, context).Value - bare.Evaluate(pair, context).Value;
        Assert.Equal(expected, Term(first) + Term(second), 14);
    }

    public static TheoryData<SimPOLossType, double, double, SftNormalization> Variants()
    {
        var variants = new TheoryData<SimPOLossType, double, double, SftNormalization>();
        foreach (SimPOLossType type in Enum.GetValues<SimPOLossType>())
            foreach (double smoothing in new[] { 0, 0.2, 0.45 })
                foreach (SftNormalization normalization in Enum.GetValues<SftNormalization>())
                    foreach (double sft in new[] { 0, 0.7 }) variants.Add(type, smoothing, sft, normalization);
        return variants;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Finite_differences_confirm_the_derivatives(SimPOLossType type, double smoothing, double sft, SftNormalization normalization)
    {
        const double h = 1e-5;
        var loss = new SimPOLoss(2.5, 0.3, type, smoothing, sft, normalization);
        var context = new GroupContext(0.25, 1.0 / 37);
        foreach ((double chosen, double rejected) in new[] { (-4.0, -9.0), (-12.0, -3.0), (-0.5, -0.25), (-6.0, -20.0) })
        {
            double Value(double c, double r) => loss.Evaluate(GroupScore.Pair(c, 6, r, 5), context).Value;
            GroupLoss at = loss.Evaluate(GroupScore.Pair(chosen, 6, rejected, 5), context);
            Assert.Equal((Value(chosen + h, rejected) - Value(chosen - h, rejected)) / (2 * h), at.Derivatives[0], 9);
            Assert.Equal((Value(chosen, rejected + h) - Value(chosen, rejected - h)) / (2 * h), at.Derivatives[1], 9);
        }
    }
}
