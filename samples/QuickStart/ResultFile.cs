using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.SimPO;

namespace QuickStart;

/// <summary>Everything that was shown, as numbers: rates are fractions, log-probabilities are means over an answer's tokens in nats.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string path, AlignmentTransformer model, long trainPairs, Snapshot before, Snapshot after, IReadOnlyList<string> prompts,
        bool checkpointEqual, bool zipEqual, TimeSpan total)
    {
        IReadOnlyList<TrainingProgress> steps = model.TrainingRun.Steps;
        double seconds = steps[^1].Elapsed.TotalSeconds;
        object result = new
        {
            model = new { family = model.ModelFamily, parameters = model.ParameterCount },
            data = new { train = trainPairs, test = before.Metrics.Count },
            before = Summary(before),
            after = Summary(after),
            training = new
            {
                steps = steps.Count,
                seconds,
                pairsPerSecond = trainPairs * steps[^1].Epoch / seconds,
                tokensPerSecond = steps.Sum(s => (double)s.Tokens) / seconds,
                peakRssBytes = Process.GetCurrentProcess().PeakWorkingSet64,
                log = steps.Select(Step),
            },
            pairs = before.ChosenRewards.Select((_, i) => new
            {
                index = i,
                chosenLogpBefore = before.ChosenRewards[i] / model.Beta,
                rejectedLogpBefore = before.RejectedRewards[i] / model.Beta,
                chosenLogpAfter = after.ChosenRewards[i] / model.Beta,
                rejectedLogpAfter = after.RejectedRewards[i] / model.Beta,
            }),
            samples = prompts.Select((p, i) => new { prompt = p, before = before.Answers[i], after = after.Answers[i] }),
            reload = new { checkpointEqual, zipEqual },
            seconds = total.TotalSeconds,
        };
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        File.WriteAllText(path, JsonSerializer.Serialize(result, Layout));
    }

    private static object Summary(Snapshot snapshot) => new
    {
        accuracy = snapshot.Metrics.Accuracy,
        meanMargin = snapshot.Metrics.MeanMargin,
        loss = snapshot.Metrics.LogLoss,
        preferredStyle = snapshot.PreferredStyle,
        facts = snapshot.Facts,
    };

    private static Dictionary<string, double> Step(TrainingProgress s) => new()
    {
        ["step"] = s.Step,
        ["epoch"] = s.Epoch,
        ["loss"] = s.Loss,
        ["grad_norm"] = s.GradientNorm,
        ["learning_rate"] = s.LearningRate,
        ["rewards/chosen"] = s.ChosenReward,
        ["rewards/rejected"] = s.RejectedReward,
        ["rewards/accuracies"] = s.Accuracy,
        ["rewards/margins"] = s.Margin,
        ["logps/chosen"] = s.ChosenLogProbability,
        ["logps/rejected"] = s.RejectedLogProbability,
        ["tokens_per_second"] = s.TokensPerSecond,
    };
}
