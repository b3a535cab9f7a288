using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Which of two evaluations is the better one.</summary>
public sealed class BestModelMetricsTests
{
    [Theory]
    [InlineData(BestModelMetric.Loss, 1, 2, true)]
    [InlineData(BestModelMetric.Loss, 2, 2, false)]
    [InlineData(BestModelMetric.Accuracy, 0.75, 0.5, true)]
    [InlineData(BestModelMetric.Accuracy, 0.5, 0.5, false)]
    [InlineData(BestModelMetric.Margin, -1, -2, true)]
    [InlineData(BestModelMetric.Margin, -2, -1, false)]
    [InlineData(BestModelMetric.Loss, double.NaN, 1, false)]
    [InlineData(BestModelMetric.Margin, double.NaN, double.NaN, false)]
    [InlineData(BestModelMetric.Margin, 1, double.NaN, true)]
    public void A_loss_is_better_when_it_is_lower_and_the_others_when_they_are_higher(BestModelMetric metric, double value, double than, bool isBetter) =>
        Assert.Equal(isBetter, metric.IsBetter(value, than));

    [Fact]
    public void Each_chooses_another_evaluation_and_of_equal_ones_the_first()
    {
        ValidationResult[] results = [Result(1, 0.5, 0.6, 0.1), Result(2, 0.4, 0.9, 0.2), Result(3, 0.6, 0.9, 0.3), Result(4, 0.7, 0.5, 0.3)];
        Assert.Equal(2, BestModelMetric.Loss.Best(results)!.Step);
        Assert.Equal(2, BestModelMetric.Accuracy.Best(results)!.Step);
        Assert.Equal(3, BestModelMetric.Margin.Best(results)!.Step);
        Assert.Null(BestModelMetric.Margin.Best([]));
    }

    /// <summary>Two pairs with margins 3 and -1.</summary>
    [Fact]
    public void An_evaluation_of_old_has_metrics_alone()
    {
        var sum = new MetricsSum(0);
        sum.Add(3, 0);
        sum.Add(0, 1);
        var old = new ValidationResult(1, 1, 0.5, sum.Metrics());
        Assert.Equal((0.5, 0.5, 1.0), (BestModelMetric.Loss.Of(old), BestModelMetric.Accuracy.Of(old), BestModelMetric.Margin.Of(old)));
    }

    private static ValidationResult Result(int step, double loss, double accuracy, double margin)
    {
        var sum = new MetricsSum(0);
        sum.Add(1, 0);
        return new ValidationResult(step, step, loss, sum.Metrics()) { Figures = new EvaluationFigures(loss, 1, 0, accuracy, margin, -1, -2) };
    }
}
