using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimPO;
using QuickStart;

// Tunes QuickStart's model with every method, each from the same weights and in the same order of the data, and prints the table that a choice is made by.
//   dotnet run -c Release --project samples/CompareMethods [-- ROWS]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int? rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : null;
string model = At("model"), test = At("data", "test.jsonl");
var ml = new MLContext(seed: 1);
IDataView train = ml.Alignment.LoadPreferences(At("data", "train.jsonl"), new PreferenceLoadOptions { MaxRows = rows });
IDataView validation = ml.Alignment.LoadPreferences(test, new PreferenceLoadOptions { MaxRows = rows });
var judge = new AnswerJudge(At("data", "style_markers.json"), test);
string[] prompts = [.. ml.Data.CreateEnumerable<Question>(validation, reuseRowObject: false).Select(q => q.Prompt)];

(string Name, PreferenceTrainerOptions Options)[] methods =
[
    ("SimPO", new SimPOTrainer.Options { Beta = 2.5f, GammaBetaRatio = 0.5f }),
    ("AlphaPO", new SimPOTrainer.Options { Beta = 2.5f, GammaBetaRatio = 0.5f, Alpha = 0.25f }),
    ("DPO", new DpoTrainer.Options { Beta = 0.1f }),
    ("R-DPO", new DpoTrainer.Options { Beta = 0.1f, LengthPenalty = 0.05f }),
    ("IPO", new DpoTrainer.Options { Beta = 0.1f, LossType = DpoLossType.Ipo }),
    ("CPO", new CpoTrainer.Options { Beta = 0.1f }),
    ("ORPO", new OrpoTrainer.Options { Beta = 0.5f }),
    ("SLiC-HF", new SlicHfTrainer.Options { Delta = 1, Lambda = 0.1f }),
    ("RRHF", new RrhfTrainer.Options { Lambda = 0.1f }),
    ("KTO", new KtoTrainer.Options { Beta = 0.1f }),
    ("SFT", new SftTrainer.Options()),
];
foreach ((_, PreferenceTrainerOptions options) in methods)
    (options.ModelPath, options.LearningRate, options.BatchSize, options.MaxLength, options.MaxPromptLength) = (model, 2.5e-4, 16, 256, 200);

List<(double Style, double Facts)> judged = [];
using MethodComparison comparison = ml.Alignment.Compare(train, validation, methods, new ComparisonOptions
{
    Answers = 16,
    MaxNewTokens = 48,
    Judge = (tuned, _) =>
    {
        IReadOnlyList<string> answers = tuned.Generate(prompts, tuned.SuggestedGeneration with { Sample = false, MaxNewTokens = 48 });
        judged.Add((judge.PreferredStyle(answers), judge.Facts(answers)));
        return judged[^1].Style;
    },
});
Console.WriteLine(comparison);
foreach ((ComparedMethod method, (double style, double facts)) in comparison.Methods.Zip(judged))
    Console.WriteLine($"{method.Name,-8} preferred style {style,6:P0}  facts kept {facts,6:P0}");

static string At(params string[] parts) => Path.Combine([AppContext.BaseDirectory, .. parts]);

/// <summary>The column of the data that is asked.</summary>
internal sealed class Question
{
    public string Prompt { get; set; } = "";
}
