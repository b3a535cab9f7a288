namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>By how much the means of two samples differ by chance.</summary>
internal static class MeanDifference
{
    /// <summary>The standard error of the difference of the means of two samples of the same size.</summary>
    public static double StandardError(double[] first, double[] second) => Math.Sqrt((Variance(first) + Variance(second)) / first.Length);

    private static double Variance(double[] values)
    {
        if (values.Length < 2) return 0;
        double mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }
}
