#!/usr/bin/env dotnet
#:package Microsoft.ML.SimPO@0.1.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// Tunes a model with preference pairs and saves it: dotnet run tune.cs -- MODEL-FOLDER PAIRS OUTPUT.zip [LEARNING-RATE]
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.SimPO;

if (args.Length < 3)
{
    Console.Error.WriteLine("usage: dotnet run tune.cs -- MODEL-FOLDER PAIRS OUTPUT.zip [LEARNING-RATE]");
    return 2;
}
var ml = new MLContext(seed: 1);
DataOperationsCatalog.TrainTestData parts = ml.Alignment.TrainTestSplit(ml.Alignment.LoadPreferences(args[1]), testFraction: 0.1);
SimPOTrainer trainer = ml.Alignment.Trainers.SimPO(new SimPOTrainer.Options
{
    ModelPath = args[0],
    Beta = 2.5f,
    LearningRate = args.Length > 3 ? double.Parse(args[3], CultureInfo.InvariantCulture) : 5e-7, // 3e-7 to 1e-6 for large models, 2e-4 for two million weights
    Progress = TrainingProgress.Console,
});
using AlignmentTransformer model = trainer.Fit(parts.TrainSet, parts.TestSet);
ValidationResult first = model.TrainingRun.Validations[0], last = model.TrainingRun.Validations[^1];
Console.WriteLine($"accuracy on held-out pairs: {first.Metrics.Accuracy:P1} before, {last.Metrics.Accuracy:P1} after");
ml.Model.SaveAtomically(model, parts.TrainSet.Schema, args[2]);
return 0;
