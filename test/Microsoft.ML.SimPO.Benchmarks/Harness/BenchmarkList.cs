namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>All benchmarks, in the order of the help.</summary>
internal static class BenchmarkList
{
    public static IReadOnlyList<IBenchmark> All { get; } =
    [
        new StepBenchmark(),
        new LoadBenchmark(),
        new PromptHeavyBenchmark(),
        new GroupsBenchmark(),
        new OptimizerBenchmark(),
        new ScoreBenchmark(),
        new SmolLM2Benchmark(),
        new MethodsBenchmark(),
        new ScalingBenchmark(),
        new DataBenchmark(),
        new TokenizeBenchmark(),
        new LoraBenchmark(),
        new GenerateBenchmark(),
        new HybridBenchmark(),
        new ExpertsBenchmark(),
        new PartsBenchmark(),
    ];

    public static IBenchmark? Find(string name) => All.FirstOrDefault(b => b.Name == name);
}
