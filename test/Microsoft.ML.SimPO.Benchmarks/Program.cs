using Microsoft.ML.SimPO.Benchmarks;

return CommandLine.Run(args);
