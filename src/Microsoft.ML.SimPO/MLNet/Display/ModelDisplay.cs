namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="AlignmentTransformer"/>: what it is, and the curves of its training.</summary>
internal sealed class ModelDisplay() : HtmlFormatterSource<AlignmentTransformer>(Html)
{
    public static string Html(AlignmentTransformer model)
    {
        HtmlTable facts = HtmlTable.With(null)
            .Row("family", model.ModelFamily).Row("parameters", model.ParameterCount).Row("beta", model.Beta).Row("target margin", model.TargetMargin);
        if (model.TrainingRun.Steps.Count == 0) return facts.ToString();
        TrainingProgress last = model.TrainingRun.Steps[^1];
        facts.Row("steps", last.Step).Row("epochs", last.Epoch).Row("seconds", last.Elapsed.TotalSeconds);
        string curves = string.Concat(
            Curve("loss", p => p.Loss), Curve("margin", p => p.Margin), Curve("accuracy", p => p.Accuracy),
            Curve("chosen log-probability", p => p.ChosenLogProbability),
            Curve("gradient norm", p => p.GradientNorm), Curve("learning rate", p => p.LearningRate));
        HtmlTable validation = HtmlTable.With("validation", "step", "epoch", "accuracy", "mean margin", "log-loss");
        foreach (ValidationResult result in model.TrainingRun.Validations)
            validation.Row(result.Step, result.Epoch, result.Metrics.Accuracy, result.Metrics.MeanMargin, result.Metrics.LogLoss);
        HtmlTable answers = HtmlTable.With("answers", "step", "prompt", "answer");
        foreach (ValidationResult result in model.TrainingRun.Validations)
            foreach (SampleAnswer sample in result.SampleAnswers) answers.Row(result.Step, sample.Prompt, sample.Answer);
        bool hasAnswers = model.TrainingRun.Validations.Any(v => v.SampleAnswers.Count > 0);
        return $"{facts}<div>{curves}</div>{(model.TrainingRun.Validations.Count > 0 ? validation : "")}{(hasAnswers ? answers : "")}";

        string Curve(string title, Func<TrainingProgress, double> figure) =>
            LineChart.Svg(title, [.. model.TrainingRun.Steps.Select(p => ((double)p.Step, figure(p)))]);
    }
}
