using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>8 of 64 experts a token, against a dense model that computes as much for each token.</summary>
internal sealed class ExpertsBenchmark : IBenchmark
{
    private const double Beta = 2, Ratio = 0.5, LearningRate = 1e-6;

    private const string Dense = "dense";

    public string Name => "experts";

    public string Summary => "gradients of a step with 8 of 64 experts a token, against a dense model of as much work for each token";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Dense];

    public int Rounds => 5;

    /// <summary>Eight experts are as wide as the dense MLP together.</summary>
    public static DecoderArchitecture Architecture()
    {
        DecoderArchitecture medium = MediumModel.Architecture();
        var experts = new ExpertArchitecture(64, 8, medium.IntermediateSize / 8, Renormalizes: true);
        return medium with { Layers = [.. medium.Layers.Select(l => l with { Experts = experts })] };
    }

    public Workload Prepare(string side)
    {
        EncodedPrompt[] pairs = MediumModel.Pairs(StepBenchmark.Lengths);
        var engine = new EngineStep(MediumModel.Make(side == Dense ? MediumModel.Architecture() : Architecture()), Beta, Ratio);
        // Without the optimizer, which has eight times as many weights to move.
        return new Workload(pairs.Length, () => engine.WarmUp(pairs), engine.Dispose);
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
        [new("rate for the tokens that are computed over the dense model's", result.Variants![Dense].SecondsOverOurs!.Median, 0.6)];
}
