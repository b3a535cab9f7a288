#!/usr/bin/env dotnet
#:package Microsoft.ML.SimPO@0.1.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// Looks at a model and at preference data before anything is tuned: dotnet run describe.cs -- MODEL-FOLDER PAIRS
using Microsoft.ML;
using Microsoft.ML.SimPO;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: dotnet run describe.cs -- MODEL-FOLDER PAIRS");
    return 2;
}
var ml = new MLContext(seed: 1);
Console.WriteLine(ml.Alignment.DescribeModel(args[0]));
Console.WriteLine();
Console.WriteLine(ml.Alignment.DescribePreferences(args[1], modelPath: args[0], limits: new StatisticsLimits(Prompt: 1800, Pair: 2048)));
return 0;
