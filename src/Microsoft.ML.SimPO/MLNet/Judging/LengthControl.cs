namespace Microsoft.ML.SimPO;

/// <summary>
/// The win rate that there would be if both answers were equally long, as AlpacaEval 2 computes it (arXiv 2404.04475): the logistic regression of the
/// preference on a constant, tanh of the difference of lengths over its standard deviation and, where it is known, the prompt's difficulty; then the mean of
/// what it says with no difference of lengths.
/// </summary>
/// <remarks>
/// The difficulty of a prompt comes from the results of other models there, and a leaderboard's baselines steady the fit; without them this is the regression
/// that AlpacaEval calls <c>length_controlled_minimal</c>, at the maximum of its likelihood.
/// </remarks>
internal static class LengthControl
{
    /// <param name="preferences">Of each row, 0 to 1.</param>
    /// <param name="lengths">Characters of the answer less those of the baseline.</param>
    /// <param name="difficulties">Of each row; null for none.</param>
    public static double WinRate(double[] preferences, double[] lengths, double[]? difficulties = null)
    {
        double deviation = StandardDeviation(lengths);
        double Length(int i) => deviation > 0 ? Math.Tanh(lengths[i] / deviation) : 0;
        double[] Features(int i, double length) => difficulties is null ? [1, length] : [1, length, difficulties[i]];
        int[] rows = [.. Enumerable.Range(0, preferences.Length)];
        double[] weights = LogisticRegression.Fit([.. rows.Select(i => Features(i, Length(i)))], preferences);
        return rows.Average(i => LogisticRegression.Sigmoid(LogisticRegression.Dot(Features(i, 0), weights)));
    }

    /// <summary>Of a sample: over n - 1, as pandas has it.</summary>
    private static double StandardDeviation(double[] values)
    {
        if (values.Length < 2) return 0;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }
}
