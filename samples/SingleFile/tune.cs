#!/usr/bin/env dotnet
#:project ../../src/Microsoft.ML.SimPO/Microsoft.ML.SimPO.csproj
#:property PublishAot=false

// Tunes a model in one file: dotnet run tune.cs -- [PAIRS]
// In a folder of your own, write "#:package Microsoft.ML.SimPO@0.1.0" and "#:package TorchSharp-cpu@0.107.0" in place of the project;
// here Directory.Build.props brings libtorch.
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.SimPO;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string sample = Path.Combine(Folder(), "..", "QuickStart");
int pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 600;

var ml = new MLContext(seed: 1);
IDataView train = ml.Data.TakeRows(ml.Alignment.LoadPreferences(Path.Combine(sample, "data", "train.jsonl")), pairs);
IDataView test = ml.Data.TakeRows(ml.Alignment.LoadPreferences(Path.Combine(sample, "data", "test.jsonl")), 50);
using AlignmentTransformer model = ml.Alignment.Trainers.SimPO(Path.Combine(sample, "model"), beta: 2.5f, learningRate: 2.5e-4).Fit(train);

AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(test));
Console.WriteLine($"{pairs} pairs, {model.TrainingRun.Steps.Count} steps: accuracy {metrics.Accuracy:P1}, mean margin {metrics.MeanMargin:F3}");
Console.WriteLine(model.Generate(["What is the status of order 4355?"], new GenerationOptions { MaxNewTokens = 64 })[0]);

static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
