using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>
/// The log of a run of another trainer, Hugging Face's or one over it: <c>trainer_state.json</c>, its <c>log_history</c> alone, or a line of JSON for each
/// entry.
/// </summary>
internal sealed class ForeignLog
{
    public const string StateName = "trainer_state.json";

    private const long MostBytes = 1 << 28;

    /// <summary>A token that is drawn from the largest vocabulary without knowing anything costs 13.</summary>
    private const double MostNatsAToken = 20;

    private int _total;

    private ForeignLog()
    {
    }

    /// <summary>What it logged of its steps, one for several of them where it logs so seldom.</summary>
    public List<TrainingProgress> Steps { get; } = [];

    public List<(int Step, EvaluationFigures Figures)> Evaluations { get; } = [];

    /// <summary>Steps from one line to the next.</summary>
    public int StepsPerLine { get; private set; } = 1;

    /// <summary>Pairs of a step on one device, as far as the log tells; null where it does not.</summary>
    public int? PairsPerDevice { get; private set; }

    /// <summary>
    /// Where all rewards are one and the same number times the log-probabilities, which are means over tokens then: SimPO's beta. Null elsewhere.
    /// </summary>
    public double? Beta { get; private set; }

    /// <summary>Whether log-probabilities are means over tokens by their name, as in logs of this library where a method compares whole answers.</summary>
    public bool HasTokenMeans { get; private set; }

    /// <summary>Whether the log says what chosen answers' log-probabilities are.</summary>
    public bool HasLogProbabilities => Steps.Any(s => double.IsFinite(s.ChosenLogProbability));

    /// <summary>The log that a folder of a run, or of one of its checkpoints, holds; null where there is none.</summary>
    public static string? Find(string folder)
    {
        string own = Path.Combine(folder, StateName);
        if (File.Exists(own)) return own;
        return RunFolders.CheckpointsIn(folder).Reverse()
            .Select(step => Path.Combine(folder, RunFolders.CheckpointName(step), StateName)).FirstOrDefault(File.Exists);
    }

    /// <exception cref="InvalidDataException">It is damaged, or holds no entry of a step or an evaluation.</exception>
    public static ForeignLog Read(string path)
    {
        byte[] bytes = RegularFile.ReadBytes(path, MostBytes);
        var log = new ForeignLog();
        try
        {
            JsonDocument[] documents = Documents(bytes);
            foreach (JsonDocument document in documents)
            {
                using (document) log.Take(document.RootElement);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is no log of a run: {e.Message}", e);
        }
        if (log.Steps.Count == 0 && log.Evaluations.Count == 0)
            throw new InvalidDataException($"'{path}' has no entry with `loss` or `eval_loss`. Give {StateName}, its `log_history`, or lines of it.");
        log.Complete();
        return log;
    }

    /// <summary>One value, or one on each line; Python's names of numbers that are none are read, too.</summary>
    private static JsonDocument[] Documents(byte[] bytes)
    {
        ReadOnlyMemory<byte> json = PythonNumbers.Repair(bytes) ?? bytes;
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { AllowMultipleValues = true });
        List<JsonDocument> documents = [];
        while (reader.Read()) documents.Add(JsonDocument.ParseValue(ref reader));
        return [.. documents];
    }

    private void Take(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement entry in value.EnumerateArray()) Take(entry);
            return;
        }
        if (value.ValueKind != JsonValueKind.Object) return;
        if (value.TryGetProperty("train_batch_size", out JsonElement size) && size.TryGetInt32(out int pairs) && pairs > 0) PairsPerDevice = pairs;
        if (value.TryGetProperty("max_steps", out JsonElement most) && most.TryGetInt32(out int total)) _total = total;
        if (value.TryGetProperty("log_history", out JsonElement history)) Take(history);
        else TakeEntry(value);
    }

    private void TakeEntry(JsonElement entry)
    {
        double Number(params string[] names)
        {
            foreach (string name in names)
                if (entry.TryGetProperty(name, out JsonElement value)) return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
            return double.NaN;
        }

        double at = Number("step", "current_steps");
        int step = at is >= 0 and <= int.MaxValue ? (int)at : (Steps is [.., var last] ? last.Step : 0) + 1;
        if (Number("total_steps") is >= 1 and <= int.MaxValue and var total) _total = (int)total;
        if (entry.TryGetProperty("eval_loss", out _))
        {
            Evaluations.Add((step, new EvaluationFigures(
                Number("eval_loss"), Number("eval_rewards/chosen"), Number("eval_rewards/rejected"), Number("eval_rewards/accuracies"),
                Number("eval_rewards/margins"), Number("eval_mean_logps/chosen", "eval_logps/chosen"),
                Number("eval_mean_logps/rejected", "eval_logps/rejected"))));
            return;
        }
        if (!entry.TryGetProperty("loss", out _)) return;
        HasTokenMeans |= entry.TryGetProperty("mean_logps/chosen", out _);
        Steps.Add(new TrainingProgress
        {
            Step = step,
            TotalSteps = 0,
            Epoch = Number("epoch"),
            Loss = Number("loss"),
            ChosenReward = Number("rewards/chosen"),
            RejectedReward = Number("rewards/rejected"),
            Accuracy = Number("rewards/accuracies", "accuracy"),
            Margin = Number("rewards/margins"),
            ChosenLogProbability = Number("mean_logps/chosen", "logps/chosen"),
            RejectedLogProbability = Number("mean_logps/rejected", "logps/rejected"),
            GradientNorm = Number("grad_norm"),
            LearningRate = Number("learning_rate", "lr"),
            ReportedLearningRate = Number("learning_rate", "lr"),
            Tokens = 0,
            TokensPerSecond = 0,
            Elapsed = TimeSpan.Zero,
            Remaining = TimeSpan.Zero,
        });
    }

    private void Complete()
    {
        int[] gaps = [.. Steps.Zip(Steps.Skip(1), (a, b) => b.Step - a.Step).Where(g => g > 0).Order()];
        StepsPerLine = gaps.Length > 0 ? gaps[gaps.Length / 2] : 1;
        int total = Math.Max(_total, Steps is [.., var last] ? last.Step : 0);
        for (int i = 0; i < Steps.Count; i++) Steps[i] = Steps[i] with { TotalSteps = total };
        // Whole answers' are sums of many tokens: CPO's rewards are one number times these.
        bool areSums = Steps.Select(s => s.ChosenLogProbability).FirstOrDefault(double.IsFinite) < -MostNatsAToken;
        if (areSums || HasTokenMeans) return;
        Beta = SameFactor([.. Steps.Select(s => s.ChosenReward / s.ChosenLogProbability), .. Steps.Select(s => s.RejectedReward / s.RejectedLogProbability)]);
    }

    /// <summary>The number that all are but for the rounding of a log; null where they differ.</summary>
    private static double? SameFactor(double[] factors)
    {
        const double rounding = 0.01;
        double[] known = [.. factors.Where(double.IsFinite).Order()];
        if (known.Length == 0 || known[0] <= 0) return null;
        double median = known[known.Length / 2];
        return known[^1] - known[0] <= rounding * median ? median : null;
    }
}
