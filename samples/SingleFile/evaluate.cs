#!/usr/bin/env dotnet
#:package Microsoft.ML.SimPO@0.1.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// Judges a saved model by pairs that it was not tuned with: dotnet run evaluate.cs -- MODEL.zip PAIRS
using Microsoft.ML;
using Microsoft.ML.SimPO;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: dotnet run evaluate.cs -- MODEL.zip PAIRS");
    return 2;
}
var ml = new MLContext(seed: 1);
_ = ml.Alignment; // has warnings written to the console
using var model = (AlignmentTransformer)ml.Model.Load(args[0], out _);
AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(ml.Alignment.LoadPreferences(args[1])));
Console.WriteLine($"{metrics.Count} pairs: accuracy {metrics.Accuracy:P1} ({metrics.AccuracyInterval.Lower:P1} to {metrics.AccuracyInterval.Upper:P1}), "
    + $"mean margin {metrics.MeanMargin:F3}, log-probability of chosen answers {metrics.MeanChosenReward / model.Beta:F3} nats a token");
return 0;
