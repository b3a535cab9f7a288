using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Evaluation;

public class MetricsSumTests
{
    [Fact]
    public void Four_pairs_by_hand()
    {
        var sum = new MetricsSum(targetMargin: 0.5);
        foreach ((double chosen, double rejected, double lead, string group) in new[] { (-1.0, -2.0, 10.0, "b"), (-1.0, -4.0, 20.0, "a"),
            (-2.0, -1.5, -10.0, "b"), (-3.0, -3.0, 0.0, "b") })
            sum.Add(chosen, rejected, lead, group);
        AlignmentMetrics m = sum.Metrics();
        // Margins are 1, 3, -0.5 and 0; a tie is not right.
        Assert.Equal((4, 0.5, 0.875, -1.75, -2.625), (m.Count, m.Accuracy, m.MeanMargin, m.MeanChosenReward, m.MeanRejectedReward));
        Assert.Equal(Math.Sqrt(((0.125 * 0.125) + (2.125 * 2.125) + (1.375 * 1.375) + (0.875 * 0.875)) / 3), m.MarginStandardDeviation, 1e-12);
        Assert.Equal(new[] { 1, 3, -0.5, 0 }.Average(x => Math.Log(1 + Math.Exp(0.5 - x))), m.LogLoss, 1e-12);
        // Leads minus their mean 5 are 5, 15, -15, -5.
        double products = (0.125 * 5) + (2.125 * 15) + (1.375 * 15) + (0.875 * 5), squares = 0.015625 + 4.515625 + 1.890625 + 0.765625;
        Assert.Equal(products / Math.Sqrt(squares * 500), m.LengthCorrelation!.Value, 1e-12);
        Assert.Equal([("chosen is shorter", 1, 0, -0.5), ("as long", 1, 0, 0), ("chosen is longer", 2, 1, 2)],
            m.LengthClasses.Select(c => (c.Name, (int)c.Count, c.Accuracy, c.MeanMargin)));
        Assert.Equal("4 pairs: accuracy 50.0 % (15.0 to 85.0), mean margin 0.875, log-loss 0.7101", m.ToString());
        Assert.Equal(["a", "b"], m.Groups.Keys);
        Assert.Equal((1, 1.0, 3.0), (m.Groups["a"].Count, m.Groups["a"].Accuracy, m.Groups["a"].MeanMargin));
        Assert.Null(m.Groups["a"].LengthCorrelation);
        Assert.Equal((3, 1 / 3.0), (m.Groups["b"].Count, m.Groups["b"].Accuracy));
        Assert.Empty(m.Groups["b"].Groups);
    }

    /// <summary>Margins are those of the pair; mean rewards those of all answers of a side: (-1 - 2 - 4) / 3 and (-3 - 5) / 2.</summary>
    [Fact]
    public void Single_answers_count_for_the_mean_reward_of_their_side()
    {
        var sum = new MetricsSum(targetMargin: 0);
        sum.Add(-1, -3, group: "a");
        sum.AddSingle(-2, isChosen: true, "b");
        sum.AddSingle(-4, isChosen: true, "a");
        sum.AddSingle(-5, isChosen: false);
        AlignmentMetrics m = sum.Metrics();
        Assert.Equal((1L, 1.0, 2.0), (m.Count, m.Accuracy, m.MeanMargin));
        Assert.Equal(-7 / 3.0, m.MeanChosenReward, 15);
        Assert.Equal(-4, m.MeanRejectedReward, 15);
        Assert.Equal((1L, -2.5), (m.Groups["a"].Count, m.Groups["a"].MeanChosenReward));
        AlignmentMetrics alone = m.Groups["b"];
        Assert.Equal((0L, -2.0), (alone.Count, alone.MeanChosenReward));
        Assert.Empty(alone.Calibration);
        Assert.Null(alone.LengthCorrelation);
        Assert.All([alone.Accuracy, alone.AccuracyInterval.Upper, alone.MeanMargin, alone.MeanRejectedReward, alone.LogLoss, alone.CalibrationError],
            v => Assert.True(double.IsNaN(v)));
    }

    [Fact]
    public void Without_any_answer_there_is_nothing_to_say() => Assert.Equal(
        "There are no rows to evaluate.", Assert.Throws<InvalidOperationException>(() => new MetricsSum(0).Metrics()).Message);

    /// <summary>Brown, Cai and DasGupta 2001: Wilson's interval; figures from the closed form in exact arithmetic.</summary>
    [Theory]
    [InlineData(0, 10, 0, 0.2775327998628892)]
    [InlineData(8, 10, 0.4901624715366418, 0.9433178485456247)]
    [InlineData(10, 10, 0.7224672001371108, 1)]
    [InlineData(500, 1000, 0.4690696003681042, 0.5309303996318958)]
    public void The_interval_is_wilsons(long hits, long count, double lower, double upper)
    {
        ConfidenceInterval interval = ConfidenceInterval.OfShare(hits, count);
        Assert.Equal(lower, interval.Lower, 1e-12);
        Assert.Equal(upper, interval.Upper, 1e-12);
    }

    [Fact]
    public void Margins_that_are_true_to_their_probability_are_calibrated()
    {
        // sigma(ln 3) = 0.75 and three of four are right; sigma(ln 9) = 0.9 and nine of ten are.
        var sum = new MetricsSum(0);
        for (int i = 0; i < 4; i++) sum.Add(i == 0 ? -Math.Log(3) : Math.Log(3), 0);
        for (int i = 0; i < 10; i++) sum.Add(i == 0 ? -Math.Log(9.001) : Math.Log(9.001), 0);
        AlignmentMetrics m = sum.Metrics();
        Assert.Equal(0, m.CalibrationError, 1e-4);
        Assert.Equal([(0.75, 4L), (0.9, 10L)], m.Calibration.Select(b => (Math.Round(b.From, 6), b.Count)));
        Assert.Equal([0.75, 0.9], m.Calibration.Select(b => b.Accuracy));
    }

    [Fact]
    public void Confidence_that_is_always_wrong_is_as_bad_as_it_gets()
    {
        var sum = new MetricsSum(0);
        for (int i = 0; i < 5; i++) sum.Add(-50, 0);
        AlignmentMetrics m = sum.Metrics();
        Assert.Equal((1.0, 1), (m.CalibrationError, m.Calibration.Count));
        Assert.Equal(50, m.LogLoss, 1e-12);
    }

    [Fact]
    public void Lengths_that_are_not_known_have_no_correlation()
    {
        var sum = new MetricsSum(0);
        sum.Add(-1, -2, 5);
        sum.Add(-1, -3);
        Assert.Null(sum.Metrics().LengthCorrelation);
        Assert.Equal(0, One().MarginStandardDeviation);
    }

    private static AlignmentMetrics One()
    {
        var sum = new MetricsSum(0);
        sum.Add(-1, -2);
        return sum.Metrics();
    }
}
