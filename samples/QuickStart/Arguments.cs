using System.Globalization;
using Microsoft.ML.SimPO;

namespace QuickStart;

/// <summary>The command line. Without arguments: the model and data that come with the sample, with the settings that suit them.</summary>
internal sealed record Arguments
{
    private static readonly string Embedded = AppContext.BaseDirectory;

    public string Model { get; private set; } = Path.Combine(Embedded, "model");

    public string Train { get; private set; } = Path.Combine(Embedded, "data", "train.jsonl");

    public string Test { get; private set; } = Path.Combine(Embedded, "data", "test.jsonl");

    public string Output { get; private set; } = "output";

    public string? Json { get; private set; }

    public int? MaxPairs { get; private set; }

    /// <summary>The answers that the model learns before any preference; null where it learns none.</summary>
    public string? Sft { get; private set; }

    /// <summary>The answers of the embedded test pairs can be judged; others cannot.</summary>
    public bool IsEmbedded { get; private set; } = true;

    /// <summary>Whether the learning rate is to be that which suits a model of the given one's size.</summary>
    public bool ChoosesRate { get; private set; }

    public SimPOTrainer.Options Options { get; } = new()
    {
        Beta = 2.5f,
        GammaBetaRatio = 0.5f,
        LearningRate = 2.5e-4,
        Epochs = 2,
        BatchSize = 16,
        Seed = 3,
    };

    public static string Usage => """
        usage: QuickStart [--model DIR --train FILE [--test FILE]] [--output DIR] [--json RESULT.json] [--sft-first]
                          [--max-pairs N] [--max-length N] [--tokens-per-microbatch N]
                          [--beta X] [--gamma-beta-ratio X] [--learning-rate X] [--epochs X] [--batch-size N]
                          [--lr-scheduler cosine|linear|constant|constant_with_warmup|polynomial] [--warmup-ratio X] [--seed N] [--no-shuffle]
        Without --model and --train the sample's own model and data are used. With --sft-first the model first learns the answers of sft.jsonl,
        which lies beside the training pairs: rows of "prompt" and "response".
        """;

    /// <exception cref="FormatException">The command line is wrong.</exception>
    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments();
        HashSet<string> given = [];
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--no-shuffle") parsed.Options.Shuffle = false;
            else if (name == "--sft-first") parsed.Sft = "sft.jsonl";
            else if (i + 1 < args.Length) parsed.Set(name, args[++i]);
            else throw new FormatException($"{name} needs a value, or is not known.");
            given.Add(name);
        }
        parsed.IsEmbedded = !given.Overlaps(["--model", "--train", "--test"]);
        if (!parsed.IsEmbedded) parsed.UseOwn(given);
        if (parsed.Sft is not null) parsed.Sft = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(parsed.Train))!, parsed.Sft);
        parsed.Options.ModelPath = parsed.Model;
        return parsed;
    }

    private void UseOwn(HashSet<string> given)
    {
        if (!given.Contains("--train")) throw new FormatException("--model and --test want --train FILE beside them.");
        if (!given.Contains("--test")) Test = Train;
        var defaults = new SimPOTrainer.Options();
        ChoosesRate = !given.Contains("--learning-rate") && given.Contains("--model");
        if (!given.Contains("--epochs")) Options.Epochs = defaults.Epochs;
        if (!given.Contains("--batch-size")) Options.BatchSize = defaults.BatchSize;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--model": Model = value; break;
            case "--train": Train = value; break;
            case "--test": Test = value; break;
            case "--output": Output = value; break;
            case "--json": Json = value; break;
            case "--max-pairs": MaxPairs = Whole(name, value); break;
            case "--max-length": Options.MaxLength = Whole(name, value); break;
            case "--tokens-per-microbatch": Options.TokensPerMicroBatch = Whole(name, value); break;
            case "--beta": Options.Beta = (float)Number(name, value); break;
            case "--gamma-beta-ratio": Options.GammaBetaRatio = (float)Number(name, value); break;
            case "--learning-rate": Options.LearningRate = Number(name, value); break;
            case "--epochs": Options.Epochs = Number(name, value); break;
            case "--batch-size": Options.BatchSize = Whole(name, value); break;
            case "--lr-scheduler": Options.LearningRateScheduler = Scheduler(value); break;
            case "--warmup-ratio": Options.WarmupRatio = Number(name, value); break;
            case "--seed": Options.Seed = Whole(name, value); break;
            default: throw new FormatException($"{name} is not known.");
        }
    }

    private static LearningRateScheduler Scheduler(string value) =>
        Enum.TryParse(value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out LearningRateScheduler scheduler) && Enum.IsDefined(scheduler)
            ? scheduler
            : throw new FormatException($"--lr-scheduler must be cosine, linear, constant, constant_with_warmup or polynomial, but was '{value}'.");

    private static int Whole(string name, string value) => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw new FormatException($"{name} must be a whole number, but was '{value}'.");

    private static double Number(string name, string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new FormatException($"{name} must be a number, but was '{value}'.");
}
