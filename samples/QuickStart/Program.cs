using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO;
using QuickStart;

// Tunes a language model with SimPO and shows what became of it.
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
catch (Exception e)
    when (e is IOException or ArgumentException or InvalidOperationException or InvalidDataException or NotSupportedException or DllNotFoundException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static void Run(Arguments arguments)
{
    const int samplesElsewhere = 3; // prompts that are answered where nothing but a person can judge the answers
    const int comparedElsewhere = 8; // pairs that reloaded models score again; all of the sample's own
    var clock = Stopwatch.StartNew();
    if (arguments.IsEmbedded) Allocator.KeepLargeBlocks(); // a small model halves its time; a large one would pay with memory
    var ml = new MLContext(seed: 1);
    (IDataView train, long trainPairs) = Load(ml, arguments.Train, arguments.MaxPairs);
    (IDataView test, long testPairs) = Load(ml, arguments.Test, arguments.MaxPairs);
    string[] prompts = [.. test.GetColumn<string>("Prompt").Take(arguments.IsEmbedded ? int.MaxValue : samplesElsewhere)];
    AnswerJudge? judge = arguments.IsEmbedded ? new AnswerJudge(Path.Combine(AppContext.BaseDirectory, "data", "style_markers.json"), arguments.Test) : null;

    Snapshot before;
    using (AlignmentTransformer untuned = ml.Alignment.LoadModel(arguments.Model, arguments.Options))
    {
        Console.WriteLine(FormattableString.Invariant($"Model  {untuned.ModelFamily}, {untuned.ParameterCount:N0} parameters"));
        Console.WriteLine(FormattableString.Invariant($"Data   {trainPairs} training pairs, {testPairs} test pairs"));
        if (arguments.ChoosesRate)
        {
            arguments.Options.LearningRate = untuned.Describe().UsualLearningRate;
            Console.WriteLine(FormattableString.Invariant(
                $"Rate   {arguments.Options.LearningRate:G1}, as suits a model of this size; --learning-rate sets another"));
        }
        Console.WriteLine("Before tuning ...");
        before = Snapshot.Take(ml, untuned, test, prompts, judge);
    }

    using AlignmentTransformer? taught = arguments.Sft is null ? null : Teach(ml, arguments);
    Console.WriteLine("Tuning ...");
    arguments.Options.Progress = new ConsoleProgress();
    arguments.Options.BaseModel = taught;
    using AlignmentTransformer model = ml.Alignment.Trainers.SimPO(arguments.Options).Fit(train);
    Console.WriteLine("After tuning ...");
    Snapshot after = Snapshot.Take(ml, model, test, prompts, judge);
    Report.Table(before, after);
    Report.Samples(prompts, before, after, samplesElsewhere);

    string checkpoint = Path.Combine(arguments.Output, "tuned"), zip = Path.Combine(arguments.Output, "tuned.zip");
    model.SaveCheckpoint(checkpoint);
    ml.Model.Save(model, train.Schema, zip);
    int compared = arguments.IsEmbedded ? int.MaxValue : comparedElsewhere;
    bool checkpointEqual = IsEqual(ml, after, ml.Alignment.LoadModel(checkpoint, arguments.Options), test, compared);
    bool zipEqual = IsEqual(ml, after, (AlignmentTransformer)ml.Model.Load(zip, out _), test, compared);
    Console.WriteLine();
    Console.WriteLine($"Saved in {Path.GetFullPath(arguments.Output)}");
    Console.WriteLine($"  tuned      Hugging Face layout; loaded again, scores are {(checkpointEqual ? "equal to the last bit" : "DIFFERENT")}");
    Console.WriteLine($"  tuned.zip  ML.NET model;        loaded again, scores are {(zipEqual ? "equal to the last bit" : "DIFFERENT")}");
    Console.WriteLine(
        FormattableString.Invariant($"{clock.Elapsed.TotalSeconds:F1} s in all, {Process.GetCurrentProcess().PeakWorkingSet64 / 1e9:F2} GB of memory at most"));
    if (arguments.Json is not null) ResultFile.Write(arguments.Json, model, trainPairs, before, after, prompts, checkpointEqual, zipEqual, clock.Elapsed);
}

// Supervised fine-tuning on answers, which a base model needs before preferences say anything to it.
static AlignmentTransformer Teach(MLContext ml, Arguments arguments)
{
    DemonstratedAnswer[] answers = DemonstratedAnswer.Read(arguments.Sft!, arguments.MaxPairs);
    Console.WriteLine(FormattableString.Invariant($"Learning {answers.Length} answers ..."));
    AlignmentTransformer taught = ml.Alignment.Trainers.Sft(new SftTrainer.Options
    {
        ModelPath = arguments.Model,
        Rows = RowKind.Responses,
        LearningRate = arguments.Options.LearningRate,
        BatchSize = arguments.Options.BatchSize,
        MaxLength = arguments.Options.MaxLength,
        Seed = arguments.Options.Seed,
        Shuffle = arguments.Options.Shuffle,
    }).Fit(ml.Data.LoadFromEnumerable(answers));
    IReadOnlyList<TrainingProgress> steps = taught.TrainingRun.Steps;
    Console.WriteLine(FormattableString.Invariant($"  cross entropy {steps[0].Loss:F4} in the first step, {steps[^1].Loss:F4} in the last"));
    return taught;
}

static bool IsEqual(MLContext ml, Snapshot snapshot, AlignmentTransformer reloaded, IDataView test, int rows)
{
    using (reloaded) return snapshot.HasScoresOf(ml, reloaded, test, rows);
}

static (IDataView Data, long Count) Load(MLContext ml, string path, int? maxPairs)
{
    IDataView data = ml.Alignment.LoadPreferences(path);
    if (maxPairs is { } max) data = ml.Data.TakeRows(data, max);
    return (data, data.GetColumn<string>("Prompt").LongCount());
}
