namespace Microsoft.ML.SimPO.Training;

/// <summary>What <see cref="BestModelMetric"/> means for evaluations.</summary>
internal static class BestModelMetrics
{
    /// <summary>Under the names that Hugging Face's trainers take: that of the log, with and without <c>eval_</c>.</summary>
    public static IReadOnlyDictionary<string, BestModelMetric> ByName { get; } = Enum.GetValues<BestModelMetric>()
        .SelectMany(m => new[] { m.LogName(), m.LogName()["eval_".Length..] }.Select(name => KeyValuePair.Create(name, m)))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>As the log of a run has it.</summary>
    public static string LogName(this BestModelMetric metric) => metric switch
    {
        BestModelMetric.Accuracy => "eval_rewards/accuracies",
        BestModelMetric.Margin => "eval_rewards/margins",
        _ => "eval_loss",
    };

    /// <summary>Not a number where no prompt of the data has it.</summary>
    public static double Of(this BestModelMetric metric, ValidationResult result) => metric switch
    {
        BestModelMetric.Accuracy => result.Figures?.Accuracy ?? result.Metrics.Accuracy, // states of old have no figures
        BestModelMetric.Margin => result.Figures?.Margin ?? result.Metrics.MeanMargin,
        _ => result.Loss,
    };

    public static bool IsHigherBetter(this BestModelMetric metric) => metric != BestModelMetric.Loss;

    /// <summary>Whether a value is the better one; what is not a number never is.</summary>
    public static bool IsBetter(this BestModelMetric metric, double value, double than) =>
        double.IsNaN(than) ? !double.IsNaN(value) : metric.IsHigherBetter() ? value > than : value < than;

    /// <summary>The best evaluation, of equal ones the first; null where there is none.</summary>
    public static ValidationResult? Best(this BestModelMetric metric, IEnumerable<ValidationResult> results)
    {
        ValidationResult? best = null;
        foreach (ValidationResult result in results)
            if (best is null || metric.IsBetter(metric.Of(result), metric.Of(best))) best = result;
        return best;
    }
}
