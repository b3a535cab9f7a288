// Calls every public method that a program begins with, from the package alone: EntryPoints SAMPLE-FOLDER
using System.Reflection;
using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO;

string modelPath = Path.Combine(args[0], "model"), trainPath = Path.Combine(args[0], "data", "train.jsonl");
var ml = new MLContext(seed: 1);

// Data.
IDataView pairs = ml.Data.TakeRows(ml.Alignment.LoadPreferences(trainPath), 16);
Check("a mixture", ml.Alignment.LoadPreferences([new MixturePart(trainPath, 0.01)]).GetColumn<string>("Prompt").Count() > 1);
Check("saved pairs", ml.Alignment.SavePreferences(pairs, "pairs.parquet") == 16
    && ml.Alignment.LoadPreferences("pairs.parquet").GetColumn<string>("Chosen").SequenceEqual(pairs.GetColumn<string>("Chosen")));
Check("a description of data", ml.Alignment.DescribePreferences(pairs, modelPath: modelPath).ToString().Contains("16"));
DataCheck check = ml.Alignment.Check(pairs, modelPath);
Check("a check of data", check.Rows == 16 && check.ToJson().Contains("\"findings\""));
Check("environment", $"{ml.Alignment.Environment()}".Contains("matrix products"));
Check("families", ml.Alignment.SupportedModels().Any(m => m.ModelType == "llama"));
Check("a preview", ml.Alignment.Preview(pairs, modelPath, rows: 2).Rows.Count == 2);
DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(pairs, testFraction: 0.25);

// Models.
Check("a description of a model", ml.Alignment.DescribeModel(modelPath).Parameters > 1e6);
using AlignmentTransformer untuned = ml.Alignment.LoadModel(modelPath);
Check("a description of a loaded model", untuned.Describe().Family == untuned.ModelFamily);

// Every trainer, by the options that it takes.
int trainers = 0;
foreach (MethodInfo make in typeof(AlignmentTrainers).GetMethods())
{
    if (make.GetParameters() is not [{ ParameterType: var type }] || !type.IsSubclassOf(typeof(PreferenceTrainerOptions))) continue;
    var options = (PreferenceTrainerOptions)Activator.CreateInstance(type)!;
    (options.ModelPath, options.LearningRate, options.WarmupRatio) = (modelPath, 2e-4, 0);
    using AlignmentTransformer tuned = ((IEstimator<AlignmentTransformer>)make.Invoke(ml.Alignment.Trainers, [options])!).Fit(pairs);
    Check($"trainer {make.Name}", tuned.TrainingRun.Steps.Count == 2);
    trainers++;
}
Check("trainers", trainers > 0);
SimPOTrainer trainer = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
{
    ModelPath = modelPath, LearningRate = 1e-3, BatchSize = 8, Lora = new LoraOptions { Rank = 4, Alpha = 8 }, OutputPath = "run",
});
using AlignmentTransformer model = trainer.Fit(parts.TrainSet, parts.TestSet);
Check("a run", TrainingRun.Load("run").Steps.Count == model.TrainingRun.Steps.Count);

AlignmentRecipe recipe = ml.Alignment.Recipes.Parse($"{{model_name_or_path: '{modelPath}', dataset_mixer: {{'{trainPath}': 0.02}}, learning_rate: 2e-4}}");
Check("a recipe", ml.Alignment.Recipes.Load(Write("recipe.yaml", "{model_name_or_path: m, dataset_mixer: {d: 1.0}}"), new RecipeOptions
{
    Map = new Dictionary<string, string> { ["m"] = modelPath, ["d"] = trainPath },
}).LoadTrainingData().GetColumn<string>("Prompt").Any() && recipe.LoadValidationData() is null);
Check("a check of a recipe's data", recipe.CheckData().Single().Rows > 0);
RunPlan plan = ml.Alignment.Plan(recipe.Options, recipe.LoadTrainingData());
Check("a plan", plan.ToJson().Contains("\"memory\""));
Check("its time", ml.Alignment.MeasureTime(plan).Time > TimeSpan.Zero);
Check("a plan that fits", recipe.FitToMemory(1L << 40) is null);
Directory.CreateDirectory("settings");
recipe.SaveSettings("settings");
Check("settings of a run", Directory.GetFiles("settings").Length == 1);
Check("a diagnosis before a run", ml.Alignment.Diagnose(recipe.Options).Steps == 0);
AlignmentReport report = ml.Alignment.Report("run");
report.SaveHtml("report.html");
Check("a report", File.ReadAllText("report.html") == report.ToHtml() && report.ToJson().Contains("\"verdict\"") && report.ToMarkdown().Contains("# run"));
Check("a diagnosis of a run", ml.Alignment.Diagnose("run", new DiagnosisLimits { Beta = 2 }).ToJson().Contains("\"findings\""));
Check("a run in the words of Hugging Face",
    model.TrainingRun.ToTrainerStateJson().Contains("\"log_history\"") && model.TrainingRun.ToResultsJson().StartsWith('{'));
try
{
    await AlignmentRecipes.DownloadAsync("some/model", new HubDownloadOptions { Endpoint = new Uri("http://127.0.0.1:9"), Retries = 0, CachePath = "hub" });
    Check("a hub that is not there", false);
}
catch (IOException e)
{
    Check("a hub that is not there", e.Message.Contains("127.0.0.1"));
}
using (AlignmentTransformer cooked = recipe.Fit()) Check("a recipe's fit", cooked.TrainingRun.Steps.Count > 0);
using (AlignmentTransformer over = ml.Alignment.Trainers.Dpo(new DpoTrainer.Options { ModelPath = modelPath, LearningRate = 2e-4 }).Fit(pairs))
using (AlignmentTransformer named = over.WithReference(modelPath))
    Check("a reference", named.Transform(pairs).GetColumn<float>("Margin").SequenceEqual(over.Transform(pairs).GetColumn<float>("Margin")));

// Scores.
AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(pairs));
Check("metrics", metrics.Count == 16 && model.GetOutputSchema(pairs.Schema)["Score"].Type == NumberDataViewType.Single);
metrics.SaveHtml("metrics.html");
Check("a page", File.ReadAllText("metrics.html").Contains(metrics.ToHtml()));
Check("rows", model.GetRowToRowMapper(pairs.Schema).OutputSchema.Count > 3);
using (PredictionEngine<Pair, Scores> engine = ml.Model.CreatePredictionEngine<Pair, Scores>(model))
    Check("an engine", float.IsFinite(engine.Predict(new Pair { Prompt = "Hello?", Chosen = "Hello.", Rejected = "No." }).Margin));
IDataView rewarded = ml.Alignment.Transforms.ScoreResponses(model, responseColumnName: "Chosen").Fit(pairs).Transform(pairs);
Check("rewards of answers", rewarded.GetColumn<float>("Reward").All(float.IsFinite));

// Words.
const string prompt = "What is the status of order 4355?";
var few = new GenerationOptions { MaxNewTokens = 12 };
string answer = model.Generate(prompt, few);
Check("an answer", answer.Length > 0 && model.Generate([prompt], few)[0] == answer && model.Generate([new ChatMessage(ChatRole.User, prompt)], few) == answer);
Check("samples", model.GenerateSamples([prompt], 2, few with { Sample = true })[0].Count == 2);
string streamed = "";
await foreach (string piece in model.GenerateStreaming(prompt, few)) streamed += piece;
Check("a stream", streamed == answer);
using (var chained = ml.Alignment.Trainers.SimPO(modelPath, learningRate: 2e-4).Append(ml.Alignment.Transforms.GenerateNext(options: few)).Fit(parts.TestSet))
    Check("a trainer and its answers", chained.Transform(parts.TestSet).GetColumn<string>("Answer").All(text => text.Length > 0));
Check("a column of answers", ml.Alignment.Transforms.Generate(model, options: few).Fit(pairs).Transform(pairs).GetColumn<string>("Answer").First().Length > 0);
using IChatClient chat = model.AsChatClient();
ChatResponse response = await chat.GetResponseAsync(prompt, new ChatOptions { Temperature = 0, MaxOutputTokens = 12 });
Check("a chat", response.Text == answer && await chat.GetStreamingResponseAsync(prompt).AnyAsync());
Check("tokens", model.Tokenizer.CountTokens(prompt) > 3);

// Files.
model.SaveAdapter("adapter");
model.SaveCheckpoint("merged");
model.SaveGguf("merged.gguf", GgufType.Q8_0);
ml.Model.Save(model, pairs.Schema, "tuned.zip");
ml.Model.SaveAtomically(model, pairs.Schema, "whole.zip");
using (AlignmentTransformer beside = model.WithExternalWeights("weights")) ml.Model.SaveAtomically(beside, pairs.Schema, "beside.zip");
Check("weights beside a file", Directory.Exists("weights"));
foreach (string zip in new[] { "tuned.zip", "whole.zip", "beside.zip" })
{
    using var loaded = (AlignmentTransformer)ml.Model.Load(zip, out _);
    Check(zip, ml.Alignment.Evaluate(loaded.Transform(pairs)).MeanMargin == metrics.MeanMargin);
}
using (AlignmentTransformer again = untuned.WithAdapter("adapter")) Check("an adapter", again.AdapterParameterCount == model.AdapterParameterCount);
using (AlignmentTransformer merged = ml.Alignment.LoadModel("merged")) Check("a checkpoint", merged.Generate(prompt, few).Length > 0);
using (AlignmentTransformer rater = ml.Alignment.Trainers.Reward(new RewardTrainer.Options { ModelPath = modelPath, LearningRate = 2e-4 }).Fit(pairs))
{
    rater.SaveCheckpoint("rater");
    using AlignmentTransformer loaded = ml.Alignment.LoadRewardModel("rater");
    Check("a reward model", loaded.IsRewardModel
        && loaded.Transform(pairs).GetColumn<float>("Margin").SequenceEqual(rater.Transform(pairs).GetColumn<float>("Margin")));
}

// Choices.
var choice = new SimPOTrainer.Options { BaseModel = untuned, LearningRate = 2e-4 };
using (SweepResult sweep = ml.Alignment.Sweep(parts.TrainSet, parts.TestSet, choice, new SweepOptions { MaxTrials = 2 }))
    Check("a sweep", sweep.ToDataFrame().Rows.Count == 2 && sweep.ToString().Contains("best") && sweep.BestModel.Generate(prompt, few).Length > 0);
(string, PreferenceTrainerOptions)[] methods = [("SimPO", choice), ("SFT", new SftTrainer.Options { BaseModel = untuned, LearningRate = 2e-4 })];
using (MethodComparison comparison = ml.Alignment.Compare(parts.TrainSet, parts.TestSet, methods))
{
    comparison.SaveHtml("methods.html");
    Check("a comparison", comparison.ToDataFrame().Rows.Count == 2 && comparison.ToString().Contains("SFT")
        && File.ReadAllText("methods.html").Contains(comparison.ToHtml()));
}
Check("folds", ml.Alignment.CrossValidate(pairs, ml.Alignment.Trainers.SimPO(choice), numberOfFolds: 2).Count == 2);

var judging = new JudgeOptions { MaxPrompts = 2, Generation = few, CachePath = "verdicts.jsonl" };
JudgeResult verdict = ml.Alignment.Judge(model, untuned, parts.TestSet, chat, judging);
verdict.SaveHtml("verdict.html");
Check("a verdict", verdict.Count == 2 && verdict.ToDataFrame().Rows.Count == 2 && verdict.ToString().Contains("win rate")
    && File.ReadAllText("verdict.html").Contains(verdict.ToHtml())
    && ml.Alignment.Judge(ml.Data.LoadFromEnumerable(verdict.Judgements), chat).WinRate == verdict.WinRate);

var making = new PairMakingOptions { MaxPrompts = 3, Samples = 2, Generation = few with { Sample = true }, AnswersPath = "answers.jsonl" };
MadePairs made = ml.Alignment.MakePairs(pairs, model, (_, text) => text.Length, making);
Check("pairs of its own", made.Prompts == 3 && made.Count + made.SameAnswers + made.Ties == 3 && made.ToString().Contains("of 3 prompts")
    && ml.Alignment.MakePairs(pairs, model, untuned, making).Known == 3);

var sampling = new SamplingOptions { MaxPrompts = 2, Seeds = [13, 21], Generation = few with { Sample = true } };
SampledAnswers sampled = ml.Alignment.Sample(pairs, model, "sampled", sampling);
sampling.MaxPrompts = null;
IDataView manyAnswers = ml.Alignment.Transforms.Sample(model, options: sampling).Fit(pairs).Transform(pairs);
Check("samples", sampled.Prompts.Count == 2 && File.Exists(Path.Combine("sampled", "output_13.json"))
    && manyAnswers.GetColumn<string[]>("Answers").First().SequenceEqual(sampled.Answers[0]));

var own = new IterationOptions { Rounds = 1, MaxNewTokens = 4, Pairs = new PairMakingOptions { Samples = 4, Generation = few with { Sample = true } } };
var tuning = new SimPOTrainer.Options { ModelPath = modelPath, LearningRate = 2e-4 };
IterationResult improved = ml.Alignment.Iterate(tuning, ml.Data.TakeRows(pairs, 4), (_, text) => text.Length, "rounds", own);
Check("rounds", improved.Rounds.Count == 1 && Directory.Exists(Path.Combine(improved.Rounds[0].Folder, "model")) && improved.ToString().Contains("round 1"));

// The end.
model.Dispose();
try
{
    model.Generate(prompt);
    Check("a disposed model", false);
}
catch (ObjectDisposedException)
{
    Console.WriteLine("all of it works");
}

static string Write(string path, string text)
{
    File.WriteAllText(path, text);
    return path;
}

static void Check(string what, bool holds) => Console.WriteLine(holds ? what : throw new InvalidOperationException($"{what}: not as it should be"));

internal sealed class Pair
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";
}

internal sealed class Scores
{
    public float Margin { get; set; }
}
