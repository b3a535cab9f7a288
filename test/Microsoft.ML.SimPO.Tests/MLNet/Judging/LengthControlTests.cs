namespace Microsoft.ML.SimPO;

public sealed class LengthControlTests
{
    /// <summary>
    /// Two lengths, as far above as below: the regression meets both groups, whose mean preferences are 0.9 and 0.5. So the constant is the mean of their
    /// logits, (log 9 + 0) / 2 = log 3, and without a difference of lengths the answer wins 3 of 4.
    /// </summary>
    [Fact]
    public void An_answer_that_wins_by_its_length_wins_less_without_it() =>
        Assert.Equal(0.75, LengthControl.WinRate([1, 0.8, 0.5, 0.5], [10, 10, -10, -10]), 1e-5);

    /// <summary>Shorter answers win in spite of their length: preferences 0.5 of the longer and 0.9 of the shorter ones give the same constant.</summary>
    [Fact]
    public void The_sign_of_the_difference_does_not_matter() =>
        Assert.Equal(0.75, LengthControl.WinRate([0.5, 0.5, 0.9, 0.9], [10, 10, -10, -10]), 1e-5);

    /// <summary>
    /// Six rows of three kinds, which three weights meet: the constant is log 3 as before; prompts of difficulty 1, whose answers are equally long, have 0.2,
    /// so that the mean without lengths is (4 * 0.75 + 2 * 0.2) / 6.
    /// </summary>
    [Fact]
    public void Difficult_prompts_keep_their_difficulty() => Assert.Equal(
        ((4 * 0.75) + (2 * 0.2)) / 6, LengthControl.WinRate([0.9, 0.9, 0.5, 0.5, 0.2, 0.2], [10, 10, -10, -10, 0, 0], [0, 0, 0, 0, 1, 1]), 1e-5);

    [Fact]
    public void Of_answers_that_are_equally_long_it_is_the_win_rate() => Assert.Equal(0.625, LengthControl.WinRate([1, 0.5, 0, 1], [3, 3, 3, 3]), 1e-6);

    /// <summary>No weights are the likeliest there: the further, the better. What is found is a number near 1 all the same.</summary>
    [Fact]
    public void Answers_that_always_win_have_a_finite_regression()
    {
        Assert.InRange(LengthControl.WinRate([1, 1, 1, 1], [1, -2, 3, 4]), 0.999, 1);
        Assert.InRange(LengthControl.WinRate([1, 1, 0, 0], [5, 4, -4, -5]), 0.4, 0.6);
    }

    /// <summary>
    /// 200 rows drawn from known weights. At the maximum the derivatives of the likelihood are 0: residuals add up to 0, and so do their products with each
    /// feature, computed here with the weights that two win rates reveal.
    /// </summary>
    [Fact]
    public void What_is_found_is_the_maximum_of_the_likelihood()
    {
        var random = new Random(7);
        double[][] features = [.. Enumerable.Range(0, 200).Select(_ => (double[])[1, (random.NextDouble() * 2) - 1, random.NextDouble() * 4])];
        double[] shares = [.. features.Select(f => random.NextDouble() < 1 / (1 + Math.Exp(-(0.3 + (1.2 * f[1]) - (0.4 * f[2])))) ? 1.0 : 0)];
        double[] weights = LogisticRegression.Fit(features, shares);
        double Win(double[] f) => 1 / (1 + Math.Exp(-((weights[0] * f[0]) + (weights[1] * f[1]) + (weights[2] * f[2]))));
        double[] residuals = [.. features.Select((f, i) => shares[i] - Win(f))];
        for (int j = 0; j < 3; j++) Assert.Equal(0, residuals.Select((r, i) => r * features[i][j]).Sum(), 1e-4);
        Assert.InRange(weights[1], 0.6, 1.8);
    }
}
