namespace Microsoft.ML.SimPO.Training;

/// <summary>A run of 10 steps with 2 of warm-up and a peak of 8e-4.</summary>
public class LearningRateScheduleTests
{
    private const double Peak = 8e-4;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4e-4)]
    [InlineData(2, 8e-4)]
    [InlineData(6, 4e-4)] // half way: (1 + cos(pi / 2)) / 2
    [InlineData(8, 1.1715728752538099e-4)] // three quarters: (1 + cos(3 pi / 4)) / 2
    [InlineData(10, 0)]
    public void Cosine_falls_as_half_a_wave(int index, double rate) => Check(LearningRateScheduler.Cosine, index, rate);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4e-4)]
    [InlineData(2, 8e-4)]
    [InlineData(3, 7e-4)]
    [InlineData(9, 1e-4)]
    [InlineData(10, 0)]
    public void Linear_falls_by_equal_steps(int index, double rate) => Check(LearningRateScheduler.Linear, index, rate);

    [Theory]
    [InlineData(0, 8e-4)]
    [InlineData(1, 8e-4)]
    [InlineData(9, 8e-4)]
    public void Constant_knows_no_warm_up(int index, double rate) => Check(LearningRateScheduler.Constant, index, rate);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4e-4)]
    [InlineData(2, 8e-4)]
    [InlineData(9, 8e-4)]
    public void Constant_with_warmup_stays_up(int index, double rate) => Check(LearningRateScheduler.ConstantWithWarmup, index, rate);

    [Theory]
    [InlineData(1, 4e-4)]
    [InlineData(2, 8e-4)]
    [InlineData(6, 4.0005e-4)] // (8e-4 - 1e-7) / 2 + 1e-7
    [InlineData(10, 1e-7)]
    [InlineData(11, 1e-7)]
    public void Polynomial_ends_at_1e_7(int index, double rate) => Check(LearningRateScheduler.Polynomial, index, rate);

    [Theory]
    [InlineData(0.1, 10, 1)]
    [InlineData(0.1, 11, 2)]
    [InlineData(0.1, 1, 1)]
    [InlineData(0, 10, 0)]
    [InlineData(1, 10, 10)]
    public void Warm_up_steps_are_rounded_up(double ratio, int steps, int warmup) => Assert.Equal(warmup, LearningRateSchedule.WarmupSteps(ratio, steps));

    [Fact]
    public void Without_warm_up_the_first_step_has_the_peak()
    {
        foreach (LearningRateScheduler scheduler in Enum.GetValues<LearningRateScheduler>())
            Assert.Equal(Peak, new LearningRateSchedule(scheduler, Peak, 10, 0).At(0), 1e-18);
    }

    private static void Check(LearningRateScheduler scheduler, int index, double rate) =>
        Assert.Equal(rate, new LearningRateSchedule(scheduler, Peak, 10, 2).At(index), 1e-16);
}
