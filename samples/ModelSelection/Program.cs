using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimPO;
using ModelSelection;

// Searches learning rate, beta and gamma/beta for QuickStart's model, and picks the best by accuracy on held-out prompts.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}
try
{
    Run(arguments);
    return 0;
}
catch (Exception e) when (e is IOException or ArgumentException or InvalidOperationException or InvalidDataException or DllNotFoundException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static void Run(Arguments arguments)
{
    string folder = AppContext.BaseDirectory;
    var ml = new MLContext(seed: 1);
    IDataView all = ml.Alignment.LoadPreferences(Path.Combine(folder, "data", "train.jsonl"));
    if (arguments.MaxPairs is { } most) all = ml.Data.TakeRows(all, most);

    // Three parts: to learn from, to choose by, and test pairs that no choice has seen.
    DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(all, testFraction: 0.2);
    IDataView test = ml.Alignment.LoadPreferences(Path.Combine(folder, "data", "test.jsonl"));

    var options = new SimPOTrainer.Options { ModelPath = Path.Combine(folder, "model"), BatchSize = 16, Epochs = 2, MaxLength = 256, MaxPromptLength = 200 };
    using SweepResult sweep = ml.Alignment.Sweep(parts.TrainSet, parts.TestSet, options, new SweepOptions
    {
        Algorithm = arguments.Algorithm,
        MaxTrials = arguments.Trials,
        MaxTime = arguments.Minutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
        OutputPath = arguments.Output,
        Space = new SweepSpace()
            .Add(nameof(SimPOTrainer.Options.LearningRate), 3e-5, 3e-3, logScale: true)
            .Add(nameof(SimPOTrainer.Options.Beta), 1, 5)
            .Add(nameof(SimPOTrainer.Options.GammaBetaRatio), 0, 1),
        Progress = new ConsoleProgress(),
    });

    Console.WriteLine();
    Console.WriteLine(sweep);
    AlignmentTrialResult best = sweep.BestTrial;
    AlignmentMetrics metrics = ml.Alignment.Evaluate(sweep.BestModel.Transform(test));
    Console.WriteLine($"Best: trial {best.TrialSettings.TrialId} of {sweep.Trials.Count}, {best.Metrics!.Accuracy:P1} on the pairs it was chosen by");
    Console.WriteLine($"Test: accuracy {metrics.Accuracy:P1} (95 %: {metrics.AccuracyInterval.Lower:P1} to {metrics.AccuracyInterval.Upper:P1}), mean margin "
        + $"{metrics.MeanMargin:F3}, calibration error {metrics.CalibrationError:F3}");
    Console.WriteLine($"It writes: {sweep.BestModel.Generate(["What is the status of order 4355?"], new GenerationOptions { MaxNewTokens = 64 })[0]}");
    Console.WriteLine(
        $"{Environment.WorkingSet / 1e6:F0} MB of memory after {sweep.Trials.Count} trials; after the first it was {sweep.Trials[0].MemoryInMegaByte:F0} MB");
}
