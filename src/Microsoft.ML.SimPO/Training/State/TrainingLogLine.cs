using System.Buffers;
using System.Text.Json;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>A line of <c>trainer_log.jsonl</c>, under the names that Hugging Face's trainers use.</summary>
internal static class TrainingLogLine
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(TrainingProgress progress) => Line(json =>
    {
        json.WriteNumber("step", progress.Step);
        json.WriteNumber("total_steps", progress.TotalSteps);
        json.WriteNumber("epoch", progress.Epoch);
        json.WriteNumber("loss", progress.Loss);
        json.WriteNumber("grad_norm", progress.GradientNorm);
        json.WriteNumber("learning_rate", progress.LearningRate);
        if (progress.ReportedLearningRate != progress.LearningRate) json.WriteNumber("learning_rate_reported", progress.ReportedLearningRate);
        json.WriteNumber("rewards/chosen", progress.ChosenReward);
        json.WriteNumber("rewards/rejected", progress.RejectedReward);
        json.WriteNumber("rewards/accuracies", progress.Accuracy);
        json.WriteNumber("rewards/margins", progress.Margin);
        json.WriteNumber("logps/chosen", progress.ChosenLogProbability);
        json.WriteNumber("logps/rejected", progress.RejectedLogProbability);
        json.WriteNumber("tokens", progress.Tokens);
        json.WriteNumber("tokens_per_second", double.IsFinite(progress.TokensPerSecond) ? progress.TokensPerSecond : 0);
        json.WriteNumber("elapsed_seconds", progress.Elapsed.TotalSeconds);
    });

    public static byte[] Of(ValidationResult validation) => Line(json =>
    {
        EvaluationFigures figures = validation.Figures!;
        json.WriteNumber("step", validation.Step);
        json.WriteNumber("epoch", validation.Epoch);
        json.WriteNumber("eval_loss", figures.Loss);
        json.WriteNumber("eval_rewards/chosen", figures.ChosenReward);
        json.WriteNumber("eval_rewards/rejected", figures.RejectedReward);
        json.WriteNumber("eval_rewards/accuracies", figures.Accuracy);
        json.WriteNumber("eval_rewards/margins", figures.Margin);
        json.WriteNumber("eval_logps/chosen", figures.ChosenLogProbability);
        json.WriteNumber("eval_logps/rejected", figures.RejectedLogProbability);
        json.WritePropertyName("eval_metrics");
        JsonSerializer.Serialize(json, validation.Metrics, RecordJson.Options);
    });

    public static byte[] Of(TrainingDiagnosis finding) => Line(json =>
    {
        json.WriteNumber("step", finding.Step);
        json.WritePropertyName("finding");
        JsonSerializer.Serialize(json, finding, RecordJson.Options);
    });

    /// <returns>Null for a line of something else.</returns>
    public static TrainingProgress? ToStep(JsonElement line)
    {
        if (!line.TryGetProperty("loss", out JsonElement loss)) return null;
        double Number(string name) => line.GetProperty(name).GetDouble();
        (int step, int total) = (line.GetProperty("step").GetInt32(), line.GetProperty("total_steps").GetInt32());
        var elapsed = TimeSpan.FromTicks((long)Math.Round(Number("elapsed_seconds") * TimeSpan.TicksPerSecond));
        return new TrainingProgress
        {
            Step = step,
            TotalSteps = total,
            Epoch = Number("epoch"),
            Loss = loss.GetDouble(),
            GradientNorm = Number("grad_norm"),
            LearningRate = Number("learning_rate"),
            ReportedLearningRate = line.TryGetProperty("learning_rate_reported", out JsonElement reported) ? reported.GetDouble() : Number("learning_rate"),
            ChosenReward = Number("rewards/chosen"),
            RejectedReward = Number("rewards/rejected"),
            Accuracy = Number("rewards/accuracies"),
            Margin = Number("rewards/margins"),
            ChosenLogProbability = Number("logps/chosen"),
            RejectedLogProbability = Number("logps/rejected"),
            Tokens = line.GetProperty("tokens").GetInt32(),
            TokensPerSecond = Number("tokens_per_second"),
            Elapsed = elapsed,
            Remaining = TrainingProgress.RemainingOf(elapsed, step, total),
        };
    }

    /// <param name="known">Evaluations from elsewhere: lines of older runs do not hold all of one.</param>
    /// <returns>Null for a line of something else, or where not all of the evaluation is known.</returns>
    public static ValidationResult? ToValidation(JsonElement line, IReadOnlyList<ValidationResult> known)
    {
        if (!line.TryGetProperty("eval_loss", out JsonElement loss)) return null;
        double Number(string name) => line.GetProperty(name).GetDouble();
        int step = line.GetProperty("step").GetInt32();
        if (!line.TryGetProperty("eval_metrics", out JsonElement metrics)) return known.FirstOrDefault(v => v.Step == step);
        var figures = new EvaluationFigures(
            loss.GetDouble(), Number("eval_rewards/chosen"), Number("eval_rewards/rejected"), Number("eval_rewards/accuracies"), Number("eval_rewards/margins"),
            Number("eval_logps/chosen"), Number("eval_logps/rejected"));
        AlignmentMetrics all = RecordJson.Check(metrics.Deserialize<AlignmentMetrics>(RecordJson.Options));
        return RecordJson.Check(new ValidationResult(step, Number("epoch"), figures.Loss, all) { Figures = figures });
    }

    /// <returns>Null for a line of something else.</returns>
    public static TrainingDiagnosis? ToFinding(JsonElement line) =>
        line.TryGetProperty("finding", out JsonElement finding) ? RecordJson.Check(finding.Deserialize<TrainingDiagnosis>(RecordJson.Options)) : null;

    private static byte[] Line(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
