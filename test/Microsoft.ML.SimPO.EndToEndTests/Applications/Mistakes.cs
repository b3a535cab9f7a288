// Makes mistakes, and prints a row of a table for each: what was done, and what the library says. Mistakes SAMPLE-FOLDER
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
List<string> warnings = [];
MLContext ml = NewContext();
string sample = args[0], model = Path.Combine(sample, "model"), trainPath = Path.Combine(sample, "data", "train.jsonl");
IDataView pairs = ml.Data.TakeRows(ml.Alignment.LoadPreferences(trainPath), 16);
Dictionary<string, Action> mistakes = new()
{
    ["a model folder that does not exist"] = () => ml.Alignment.LoadModel("modle"),
    ["a GGUF file that is none as model"] = () => ml.Alignment.LoadModel(Write("model.gguf")),
    ["one weight file as model"] = () => ml.Alignment.LoadModel(Write("model.safetensors")),
    ["a saved ML.NET model as model folder"] = () => ml.Alignment.LoadModel(Write("tuned.zip")),
    ["a name on the hub as model folder"] = () => ml.Alignment.LoadModel("Qwen/Qwen2.5-0.5B-Instruct"),
    ["the folder above the model's"] = () => ml.Alignment.LoadModel(sample),
    ["a folder that is no model's"] = () => ml.Alignment.LoadModel(Path.Combine(sample, "data")),
    ["weights that are pickled"] = () => ml.Alignment.LoadModel(Copy("pickled", folder =>
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "pytorch_model.bin")))),
    ["a model as adapter"] = () => Use(m => m.WithAdapter(model)),
    ["a clone without Git LFS"] = () => ml.Alignment.LoadModel(Copy("lfs", folder =>
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"))),
    ["a model without its tokenizer"] = () => ml.Alignment.LoadModel(Copy("bare", folder => File.Delete(Path.Combine(folder, "tokenizer.json")))),
    ["no model at all"] = () => ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options()),
    ["a column that is not there"] = () => Fit(o => o.PromptColumnName = "Question"),
    ["a column whose name has another case"] = () => Fit(o => o.ChosenColumnName = "chosen"),
    ["a column of another type"] = () => Trainer().Fit(ml.Data.LoadFromEnumerable([new { Prompt = "q", Chosen = 1f, Rejected = "r" }])),
    ["a column of vectors"] = () => Trainer().Fit(ml.Data.LoadFromEnumerable([new Rows { Prompt = "q", Chosen = ["yes", "no"], Rejected = "r" }])),
    ["one column for both answers"] = () => Fit(o => o.RejectedColumnName = "Chosen"),
    ["data without rows"] = () => Trainer().Fit(ml.Data.SkipRows(pairs, 16)),
    ["validation data without rows"] = () => Trainer().Fit(pairs, ml.Data.SkipRows(pairs, 16)),
    ["answers that are longer than `MaxLength`"] = () => Fit(o => o.MaxLength = 10),
    ["`Beta = 0.1`, as for DPO"] = () => Fit(o => o.Beta = 0.1f),
    ["`Beta = 0`"] = () => Fit(o => o.Beta = 0),
    ["`GammaBetaRatio = 5`: gamma was meant"] = () => Fit(o => o.GammaBetaRatio = 5),
    ["`LearningRate = 1`"] = () => Trainer(o => o.LearningRate = 1),
    ["the default learning rate on a small model"] = () => Fit(o => o.LearningRate = 5e-7),
    ["`BatchSize` above the number of pairs"] = () => Fit(o => o.BatchSize = 128),
    ["one step, and that at rate 0"] = () => Fit(o => (o.BatchSize, o.WarmupRatio) = (16, 0.1)),
    ["`MaxPromptLength` above `MaxLength`"] = () => Fit(o => (o.MaxLength, o.MaxPromptLength) = (512, 1800)),
    ["validation data given twice"] = () => Trainer(o => o.ValidationFraction = 0.5).Fit(pairs, pairs),
    ["early stopping without validation data"] = () => Fit(o => o.EarlyStoppingPatience = 2),
    ["another metric of the best model without validation data"] = () => Fit(o => o.MetricForBestModel = BestModelMetric.Margin),
    ["dropout for LoRA"] = () => Fit(o => o.Lora = new LoraOptions { Dropout = 0.1 }),
    ["a module for LoRA that there is not"] = () => Fit(o => o.Lora = new LoraOptions { TargetModules = ["q_projj"] }),
    ["checkpoints without a folder for them"] = () => Fit(o => o.SaveSteps = 1),
    ["a run in the folder of another"] = () =>
    {
        Fit(o => o.OutputPath = "taken");
        Fit(o => o.OutputPath = "taken");
    },
    ["the folder of a run in place of a checkpoint"] = () => Fit(o => o.ResumeFrom = "taken"),
    ["a run that goes on with another rate"] = () =>
    {
        Fit(o => o.OutputPath = "run");
        Fit(o => (o.OutputPath, o.ResumeFrom, o.LearningRate) = ("run", "Auto", 1e-4));
    },
    ["a cancelled run"] = Cancel,
    ["a data file that does not exist"] = () => ml.Alignment.LoadPreferences("trian.jsonl"),
    ["a name on the hub as data"] = () => ml.Alignment.LoadPreferences("HuggingFaceH4/ultrafeedback_binarized"),
    ["a workbook as data"] = () => Read("pairs.xlsx", "PK\u0003\u0004"),
    ["data with labels in place of pairs"] = () => Read("labels.jsonl", """{"text": "fine", "label": 1}"""),
    ["an empty answer"] = () => Trainer().Fit(ml.Data.LoadFromEnumerable([new { Prompt = "q", Chosen = "yes", Rejected = " " }])),
    ["an answer that is missing when it is scored"] = () =>
        Use(m => m.Transform(ml.Data.LoadFromEnumerable([new { Prompt = "q", Chosen = "yes", Rejected = "" }])).GetColumn<float>("Margin").Count()),
    ["an evaluation of data that was not transformed"] = () => ml.Alignment.Evaluate(pairs),
    ["more folds than prompts"] = () => ml.Alignment.CrossValidate(ml.Data.TakeRows(pairs, 3), Trainer(), numberOfFolds: 10),
    ["`Temperature` without `Sample`"] = () => Use(m => m.Generate("Hello?", new GenerationOptions { Temperature = 0.7f, MaxNewTokens = 1 })),
    ["several samples without `Sample`"] = () => Use(m => m.GenerateSamples(["Hello?"], 4)),
    ["generation options out of range"] = () => Use(m => m.Generate("Hello?", new GenerationOptions { MaxNewTokens = 0, TopP = 2 })),
    ["a model that was disposed"] = () =>
    {
        AlignmentTransformer gone = ml.Alignment.LoadModel(model);
        gone.Dispose();
        gone.Generate("Hello?");
    },
    ["scores that are read after the model was disposed"] = () =>
    {
        IDataView scored;
        using (AlignmentTransformer gone = ml.Alignment.LoadModel(model)) scored = gone.Transform(pairs);
        scored.GetColumn<float>("Margin").Count();
    },
    ["a checkpoint over a folder of something else"] = () => Use(m =>
    {
        Directory.CreateDirectory("notes");
        File.WriteAllText(Path.Combine("notes", "notes.txt"), "mine");
        m.SaveCheckpoint("notes");
    }),
    ["an adapter of a model that has none"] = () => Use(m => m.SaveAdapter("nothing")),
    ["a model file of which a bit was flipped"] = Flip,
    ["a GPU that is not there"] = () =>
    {
        MLContext other = NewContext();
        other.GpuDeviceId = 99;
        other.Alignment.LoadModel(model);
    },
    ["a number as text in a sweep"] = () => Sweep(new SweepSpace().AddChoice("LearningRate", "0,001")),
    ["a value out of range in a sweep"] = () => Sweep(new SweepSpace().Add("LearningRate", 0, 1e-3)),
    ["an option in a sweep that there is not"] = () => Sweep(new SweepSpace().Add("Gamma", 0, 1)),
};
foreach ((string mistake, Action make) in mistakes)
{
    warnings.Clear();
    string said;
    try
    {
        make();
        said = string.Join(' ', warnings);
    }
    catch (Exception e)
    {
        while (e.InnerException is { } inner && e is not OperationCanceledException) e = inner;
        said = e is OperationCanceledException ? string.Join(' ', warnings) : $"{e.GetType().Name}: {e.Message}";
    }
    Console.WriteLine($"| {mistake} | {Plain(said)} |");
}

MLContext NewContext()
{
    var context = new MLContext(seed: 1);
    context.Log += (_, e) =>
    {
        if (e.Kind < ChannelMessageKind.Warning) return;
        lock (warnings) warnings.Add($"Warning: {e.RawMessage}");
    };
    return context;
}

// On one line, without the folders of the machine.
string Plain(string text)
{
    string plain = text.Replace(Path.GetFullPath(".") + Path.DirectorySeparatorChar, "").Replace(sample + Path.DirectorySeparatorChar, "");
    return string.Join(' ', plain.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Replace("|", "\\|");
}

SimPOTrainer Trainer(Action<SimPOTrainer.Options>? change = null)
{
    var options = new SimPOTrainer.Options { ModelPath = model, LearningRate = 2e-4, WarmupRatio = 0 };
    change?.Invoke(options);
    return ml.Alignment.Trainers.SimPO(options);
}

void Fit(Action<SimPOTrainer.Options> change) => Trainer(change).Fit(pairs).Dispose();

void Use(Action<AlignmentTransformer> use)
{
    using AlignmentTransformer loaded = ml.Alignment.LoadModel(model);
    use(loaded);
}

void Sweep(SweepSpace space) =>
    ml.Alignment.Sweep(pairs, pairs, new SimPOTrainer.Options { ModelPath = model }, new SweepOptions { Space = space, MaxTrials = 1 }).Dispose();

void Read(string name, string line)
{
    File.WriteAllText(name, line);
    ml.Alignment.LoadPreferences(name).GetColumn<string>("Prompt").Count();
}

void Cancel()
{
    using var source = new CancellationTokenSource();
    Trainer(o => (o.OutputPath, o.SaveOnCancel, o.Progress) = ("cancelled", true, new Now(p => source.Cancel()))).Fit(pairs, null, source.Token);
}

void Flip()
{
    using (AlignmentTransformer whole = ml.Alignment.LoadModel(model)) ml.Model.Save(whole, pairs.Schema, "flipped.zip");
    byte[] bytes = File.ReadAllBytes("flipped.zip");
    bytes[bytes.Length / 2] ^= 1; // amid the weights
    File.WriteAllBytes("flipped.zip", bytes);
    ml.Model.Load("flipped.zip", out _);
}

static string Write(string name)
{
    File.WriteAllText(name, "anything");
    return name;
}

string Copy(string name, Action<string> change)
{
    Directory.CreateDirectory(name);
    foreach (string file in Directory.EnumerateFiles(model)) File.Copy(file, Path.Combine(name, Path.GetFileName(file)));
    change(name);
    return name;
}

internal sealed class Rows
{
    public string Prompt { get; set; } = "";

    [VectorType(2)]
    public string[] Chosen { get; set; } = [];

    public string Rejected { get; set; } = "";
}

internal sealed class Now(Action<TrainingProgress> hear) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => hear(value);
}
