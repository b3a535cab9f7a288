using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.SimPO;
using QuickStart;

// A model that improves itself: it answers prompts, a rule says which answers it likes, and SimPO learns from the pairs; then once more with what came of it.
// No line of preference data is read.
//   dotnet run -c Release --project samples/SelfImprove [-- PROMPTS]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int prompts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 400;
const int Rounds = 2;
var ml = new MLContext(seed: 1);
IDataView asked = ml.Data.LoadFromEnumerable(
    File.ReadLines(At("data", "sft.jsonl")).Select(line => new Question { Prompt = JsonDocument.Parse(line).RootElement.GetProperty("prompt").GetString()! }));
string test = At("data", "test.jsonl");
var judge = new AnswerJudge(At("data", "style_markers.json"), test);
string[] held = [.. ml.Data.CreateEnumerable<Question>(ml.Alignment.LoadPreferences(test), reuseRowObject: false).Select(q => q.Prompt)];

AlignmentTransformer model = ml.Alignment.LoadModel(At("model"));
Show("before", model);
for (int round = 1; round <= Rounds; round++)
{
    MadePairs made = ml.Alignment.MakePairs(asked, model, (_, answer) => judge.Style(answer), new PairMakingOptions
    {
        MaxPrompts = prompts,
        Samples = 4,
        Generation = new GenerationOptions { Sample = true, Temperature = 0.8f, TopP = 0.95f, MaxNewTokens = 48, Seed = round },
    });
    Console.WriteLine($"round {round}: {made}");
    AlignmentTransformer tuned = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
    {
        BaseModel = model, Beta = 2.5f, GammaBetaRatio = 0.5f, LearningRate = 2e-4, BatchSize = 16, MaxLength = 256, MaxPromptLength = 200,
    }).Fit(made.Data);
    model.Dispose();
    model = tuned;
    Show($"after round {round}", model);
}
model.Dispose();

void Show(string when, AlignmentTransformer shown)
{
    IReadOnlyList<string> answers = shown.Generate(held, new GenerationOptions { MaxNewTokens = 48 });
    Console.WriteLine($"{when}: preferred style {judge.PreferredStyle(answers):P1}, right facts {judge.Facts(answers):P1}");
}

static string At(params string[] parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);

/// <summary>The column that is asked.</summary>
internal sealed class Question
{
    public string Prompt { get; set; } = "";
}
