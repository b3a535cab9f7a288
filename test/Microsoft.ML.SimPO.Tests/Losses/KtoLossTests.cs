namespace Microsoft.ML.SimPO.Losses;

public class KtoLossTests
{
    private static AnswerScore Mismatched(double ratio) => new(ratio - 5, 3) { Reference = -5, Rating = double.NaN };

    /// <summary>The mean of -1 and 4 is clamped after it is taken: 1.5, where clamping each would give 2.</summary>
    [Fact]
    public void The_divergence_is_the_mean_of_mismatched_answers_of_the_whole_step()
    {
        AnswerScore rated = new(-3, 3) { Reference = -9, Rating = 1 };
        GroupScore[] step = [new(rated, Mismatched(-1)), new(rated, Mismatched(4))];
        Assert.Equal([1.5], new KtoLoss(0.1, 1, 1).Totals(step));
        Assert.Equal([0.0], new KtoLoss(0.1, 1, 1).Totals([new(rated, Mismatched(-1))]));
    }

    [Theory]
    [InlineData(1, 1e4)]
    [InlineData(1, -1e4)]
    [InlineData(0, 1e4)]
    [InlineData(0, -1e4)]
    public void Ratios_of_ten_thousand_nats_cost_all_or_nothing(double rating, double ratio)
    {
        GroupScore group = new(new AnswerScore(ratio, 3) { Reference = 0, Rating = rating }, Mismatched(0));
        GroupLoss found = new KtoLoss(0.1, 2, 3).Evaluate(group, new GroupContext(1) { Totals = [0] });
        Assert.Equal(rating > 0 == ratio > 0 ? 0 : rating > 0 ? 2 : 3, found.Value, 1e-12);
        Assert.Equal([0, 0], found.Derivatives.Select(d => Math.Abs(d)));
    }
}
