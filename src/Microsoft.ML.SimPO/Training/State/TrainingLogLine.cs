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

    /// <param name="step">Steps done; 0 before the first.</param>
    public static byte[] Of(int step, double epoch, EvaluationFigures figures) => Line(json =>
    {
        json.WriteNumber("step", step);
        json.WriteNumber("epoch", epoch);
        json.WriteNumber("eval_loss", figures.Loss);
        json.WriteNumber("eval_rewards/chosen", figures.ChosenReward);
        json.WriteNumber("eval_rewards/rejected", figures.RejectedReward);
        json.WriteNumber("eval_rewards/accuracies", figures.Accuracy);
        json.WriteNumber("eval_rewards/margins", figures.Margin);
        json.WriteNumber("eval_logps/chosen", figures.ChosenLogProbability);
        json.WriteNumber("eval_logps/rejected", figures.RejectedLogProbability);
    });

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
