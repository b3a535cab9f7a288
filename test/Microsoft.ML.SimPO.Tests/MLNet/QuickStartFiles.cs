using System.Text.Json;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>The model and the data of samples/QuickStart: small enough to be fitted in a test.</summary>
internal static class QuickStartFiles
{
    private static readonly PreferenceRow[] TrainRows = [.. PreferenceReader.Read(PathOf("data", "train.jsonl")).Take(48)];

    public static string Model { get; } = PathOf("model");

    public static string Test { get; } = PathOf("data", "test.jsonl");

    public static string PathOf(params string[] parts) => Repository.PathOf(["samples", "QuickStart", .. parts]);

    /// <summary>A copy of the model in a folder, which is made, for a test to change.</summary>
    public static void CopyModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>The first pairs of the training data.</summary>
    public static TextPair[] Pairs(int count) =>
        [.. TrainRows.Take(count).Select(r => new TextPair { Prompt = r.Prompt, Chosen = r.Chosen, Rejected = r.Rejected })];

    /// <summary>Two steps of four pairs an epoch.</summary>
    public static SimPOTrainer.Options Options(Action<SimPOTrainer.Options>? change = null)
    {
        SimPOTrainer.Options options = Small(new SimPOTrainer.Options { Beta = 2.5f, LearningRate = 2e-4 });
        change?.Invoke(options);
        return options;
    }

    /// <summary>Sets what makes a run of any method a small one that is the same each time.</summary>
    public static TOptions Small<TOptions>(TOptions options)
        where TOptions : PreferenceTrainerOptions
    {
        (options.ModelPath, options.BatchSize, options.WarmupRatio, options.MaxLength, options.MaxPromptLength, options.Seed) = (Model, 4, 0, 256, 200, 5);
        return options;
    }

    /// <summary>Makes ids of rows as a run with such options does.</summary>
    public static PreferenceEncoder Encoder() => PreferenceEncoder.Load(Model, new PreferenceEncoderOptions { MaxLength = 256, MaxPromptLength = 200 });

    /// <summary>The lines of baseline.jsonl: what Hugging Face makes of the untuned model.</summary>
    public static JsonElement[] Baseline() => [.. File.ReadLines(PathOf("data", "baseline.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
}
