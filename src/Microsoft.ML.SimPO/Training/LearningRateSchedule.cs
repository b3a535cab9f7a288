namespace Microsoft.ML.SimPO.Training;

/// <summary>The learning rate of every step of a run, as Hugging Face schedules it: the first of W warm-up steps has rate 0.</summary>
/// <param name="peak">The rate after the warm-up, above 0.</param>
/// <param name="totalSteps">T</param>
/// <param name="warmupSteps">W</param>
internal sealed class LearningRateSchedule(LearningRateScheduler scheduler, double peak, int totalSteps, int warmupSteps)
{
    /// <summary>Where Hugging Face's polynomial ends.</summary>
    private const double PolynomialEnd = 1e-7;

    /// <summary>ceil(T * ratio)</summary>
    public static int WarmupSteps(double ratio, int totalSteps) => (int)Math.Ceiling(totalSteps * ratio);

    /// <param name="index">Steps done before, from 0.</param>
    public double At(int index)
    {
        if (scheduler == LearningRateScheduler.Constant) return peak;
        if (index < warmupSteps) return peak * index / Math.Max(1, warmupSteps);
        double left = Math.Max(0, totalSteps - index) / (double)Math.Max(1, totalSteps - warmupSteps);
        return scheduler switch
        {
            LearningRateScheduler.Cosine => peak * 0.5 * (1 + Math.Cos(Math.PI * (1 - left))),
            LearningRateScheduler.Linear => peak * left,
            LearningRateScheduler.ConstantWithWarmup => peak,
            LearningRateScheduler.Polynomial => index > totalSteps ? PolynomialEnd : ((peak - PolynomialEnd) * left) + PolynomialEnd,
            _ => throw new ArgumentOutOfRangeException(nameof(index), scheduler, "Not a schedule."),
        };
    }
}
