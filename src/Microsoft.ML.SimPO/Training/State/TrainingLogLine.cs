using System.Buffers;
using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>A line of <c>trainer_log.jsonl</c>, under the names that Hugging Face's trainers use.</summary>
internal static class TrainingLogLine
{
    /// <summary>Names of numbers that are not a method's own.</summary>
    private static readonly HashSet<string> Common = new(
        [
            "step", "total_steps", "epoch", "loss", "grad_norm", "learning_rate", "learning_rate_reported", "rewards/chosen", "rewards/rejected",
            "rewards/accuracies", "rewards/margins", "mean_logps/chosen", "mean_logps/rejected", "tokens", "tokens_per_second", "elapsed_seconds",
        ],
        StringComparer.Ordinal);

    private const string Evaluated = "eval_";

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
        WriteFigure(json, "rewards/chosen", progress.ChosenReward);
        WriteFigure(json, "rewards/rejected", progress.RejectedReward);
        WriteFigure(json, "rewards/accuracies", progress.Accuracy);
        WriteFigure(json, "rewards/margins", progress.Margin);
        WriteFigure(json, Mean("logps/chosen", progress.MethodMetrics), progress.ChosenLogProbability);
        WriteFigure(json, Mean("logps/rejected", progress.MethodMetrics), progress.RejectedLogProbability);
        foreach ((string name, double value) in progress.MethodMetrics) WriteFigure(json, name, value);
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
        WriteFigure(json, "eval_rewards/chosen", figures.ChosenReward);
        WriteFigure(json, "eval_rewards/rejected", figures.RejectedReward);
        WriteFigure(json, "eval_rewards/accuracies", figures.Accuracy);
        WriteFigure(json, "eval_rewards/margins", figures.Margin);
        WriteFigure(json, Evaluated + Mean("logps/chosen", figures.MethodMetrics), figures.ChosenLogProbability);
        WriteFigure(json, Evaluated + Mean("logps/rejected", figures.MethodMetrics), figures.RejectedLogProbability);
        foreach ((string name, double value) in figures.MethodMetrics) WriteFigure(json, Evaluated + name, value);
        json.WritePropertyName("eval_metrics");
        JsonSerializer.Serialize(json, validation.Metrics, RecordJson.Options);
        WriteTexts(json, "answers", validation.SampleAnswers, a => [("prompt", a.Prompt), ("answer", a.Answer)], null);
        WriteTexts(json, "worst_pairs", validation.WorstPairs, p => [("prompt", p.Prompt), ("chosen", p.Chosen), ("rejected", p.Rejected)], p => p.Margin);
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
            ChosenReward = Figure(line, "rewards/chosen"),
            RejectedReward = Figure(line, "rewards/rejected"),
            Accuracy = Figure(line, "rewards/accuracies"),
            Margin = Figure(line, "rewards/margins"),
            ChosenLogProbability = MeanOf(line, "", "logps/chosen"),
            RejectedLogProbability = MeanOf(line, "", "logps/rejected"),
            MethodMetrics = Own(line, ""),
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
        double Number(string name) => Figure(line, Evaluated + name);
        int step = line.GetProperty("step").GetInt32();
        if (!line.TryGetProperty("eval_metrics", out JsonElement metrics)) return known.FirstOrDefault(v => v.Step == step);
        var figures = new EvaluationFigures(
            loss.GetDouble(), Number("rewards/chosen"), Number("rewards/rejected"), Number("rewards/accuracies"), Number("rewards/margins"),
            MeanOf(line, Evaluated, "logps/chosen"), MeanOf(line, Evaluated, "logps/rejected")) { MethodMetrics = Own(line, Evaluated) };
        AlignmentMetrics all = RecordJson.Check(metrics.Deserialize<AlignmentMetrics>(RecordJson.Options));
        return RecordJson.Check(new ValidationResult(step, line.GetProperty("epoch").GetDouble(), figures.Loss, all)
        {
            Figures = figures,
            SampleAnswers = [.. Objects(line, "answers").Select(a => new SampleAnswer(Text(a, "prompt"), Text(a, "answer")))],
            WorstPairs = [.. Objects(line, "worst_pairs").Select(
                p => new JudgedPair(Text(p, "prompt"), Text(p, "chosen"), Text(p, "rejected"), Figure(p, "margin")))],
        });
    }

    private static JsonElement[] Objects(JsonElement line, string name) =>
        line.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray()] : [];

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString() ?? throw new JsonException($"`{name}` is null.");

    /// <summary>A list of objects; nothing for an empty one.</summary>
    private static void WriteTexts<T>(
        Utf8JsonWriter json, string name, IReadOnlyList<T> items, Func<T, (string Name, string Text)[]> texts, Func<T, double>? margin)
    {
        if (items.Count == 0) return;
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            foreach ((string field, string text) in texts(item)) json.WriteString(field, text);
            if (margin is not null) WriteFigure(json, "margin", margin(item));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <returns>Null for a line of something else.</returns>
    public static TrainingDiagnosis? ToFinding(JsonElement line) =>
        line.TryGetProperty("finding", out JsonElement finding) ? RecordJson.Check(finding.Deserialize<TrainingDiagnosis>(RecordJson.Options)) : null;

    /// <summary>What a mean over tokens is called: where a method compares whole answers, these have the name.</summary>
    public static string Mean(string name, IReadOnlyDictionary<string, double> own) => own.ContainsKey(MethodMetric.ChosenSum) ? "mean_" + name : name;

    private static double MeanOf(JsonElement line, string prefix, string name) =>
        Figure(line, line.TryGetProperty($"{prefix}mean_{name}", out _) ? $"{prefix}mean_{name}" : prefix + name);

    /// <summary>Nothing where it is no finite number, which JSON does not have.</summary>
    private static void WriteFigure(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
    }

    /// <summary>Not a number where it is not there.</summary>
    private static double Figure(JsonElement line, string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : double.NaN;

    /// <summary>The numbers of a line that are a method's own.</summary>
    /// <param name="prefix">What stands before their names.</param>
    private static Dictionary<string, double> Own(JsonElement line, string prefix) => new(
        from hasSums in new[] { line.TryGetProperty(prefix + "mean_logps/chosen", out _) || line.TryGetProperty(prefix + "mean_logps/rejected", out _) }
        from property in line.EnumerateObject()
        where property.Value.ValueKind == JsonValueKind.Number && property.Name.StartsWith(prefix, StringComparison.Ordinal)
        let name = property.Name[prefix.Length..]
        where !Common.Contains(name) && (hasSums || !name.StartsWith("logps/", StringComparison.Ordinal))
        select KeyValuePair.Create(name, property.Value.GetDouble()),
        StringComparer.Ordinal);

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
