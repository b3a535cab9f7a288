namespace Microsoft.ML.SimPO.Losses.Dpo;

public class DivergenceMapTests
{
    /// <summary>At r = 2: itself; 1 - e^-2; log 2 + log sigma(2); (e^-1 - 1) / -0.5 with a = 0.5.</summary>
    [Theory]
    [InlineData(FDivergence.ReverseKl, 2, 1)]
    [InlineData(FDivergence.ForwardKl, 0.86466471676338731, 0.13533528323661269)]
    [InlineData(FDivergence.JensenShannon, 0.56621916951697281, 0.11920292202211756)]
    [InlineData(FDivergence.Alpha, 1.2642411176571154, 0.36787944117144232)]
    public void Ratios_are_measured_as_the_equations_say(FDivergence divergence, double value, double slope)
    {
        (double found, double foundSlope) = new DivergenceMap(divergence, 0.5).Of(2);
        Assert.Equal(value, found, 1e-15);
        Assert.Equal(slope, foundSlope, 1e-15);
    }

    [Theory]
    [InlineData(FDivergence.ReverseKl)]
    [InlineData(FDivergence.ForwardKl)]
    [InlineData(FDivergence.JensenShannon)]
    [InlineData(FDivergence.Alpha)]
    public void Every_measure_is_zero_with_slope_alike_where_policy_and_reference_agree(FDivergence divergence)
    {
        (double value, double slope) = new DivergenceMap(divergence, 0.3).Of(0);
        Assert.Equal(0, value, 1e-15);
        Assert.Equal(divergence == FDivergence.JensenShannon ? 0.5 : 1, slope, 1e-15);
    }

    /// <summary>(e^((a - 1) r) - 1) / (a - 1) goes to r as a goes to 1, and is r at 1.</summary>
    [Fact]
    public void The_alpha_divergence_goes_over_into_the_reverse_kl_divergence()
    {
        Assert.Equal((-3.5, 1), new DivergenceMap(FDivergence.Alpha, 1).Of(-3.5));
        (double value, double slope) = new DivergenceMap(FDivergence.Alpha, 1 - 1e-9).Of(-3.5);
        Assert.Equal(-3.5, value, 1e-7);
        Assert.Equal(1, slope, 1e-7);
    }

    [Theory]
    [InlineData(FDivergence.ForwardKl)]
    [InlineData(FDivergence.JensenShannon)]
    [InlineData(FDivergence.Alpha)]
    public void Finite_differences_confirm_the_slopes(FDivergence divergence)
    {
        const double h = 1e-5;
        var random = new Random(9);
        for (int i = 0; i < 200; i++)
        {
            var map = new DivergenceMap(divergence, 0.05 + (0.9 * random.NextDouble()));
            double r = 8 * (random.NextDouble() - 0.5), near = (map.Of(r + h).Value - map.Of(r - h).Value) / (2 * h);
            Assert.InRange(map.Of(r).Slope, near - (1e-6 * Math.Max(1, near)), near + (1e-6 * Math.Max(1, near)));
        }
    }

    [Theory]
    [InlineData(FDivergence.ForwardKl)]
    [InlineData(FDivergence.JensenShannon)]
    [InlineData(FDivergence.Alpha)]
    public void Ratios_of_ten_thousand_nats_stay_finite(FDivergence divergence)
    {
        var map = new DivergenceMap(divergence, 0.5);
        Assert.All([map.Of(-1e4).Value, map.Of(-1e4).Slope, map.Of(1e4).Value, map.Of(1e4).Slope], v => Assert.True(double.IsFinite(v)));
    }
}
