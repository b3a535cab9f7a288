using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Recurrent;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Three layers of four with the gated delta rule, as Qwen 3.5 has them, against a model of about the same size with attention alone.</summary>
internal sealed class HybridBenchmark : IBenchmark
{
    private const double Beta = 2, Ratio = 0.5, LearningRate = 1e-6;

    private const int Layers = 20; // 97 M parameters

    private const string Attention = "attention", Long = "long", AttentionLong = "attention, long";

    /// <summary>Prompt, chosen and rejected: 512 tokens a pair, and 4,096.</summary>
    private static readonly (int, int, int)[] ShortPairs = [.. Enumerable.Repeat((192, 160, 160), 4)], LongPairs = [(2048, 1024, 1024)];

    public string Name => "hybrid";

    public string Summary => "an optimizer step of a model of 97 M parameters with the gated delta rule in three layers of four, against attention alone";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Attention, Long, AttentionLong];

    public int Rounds => 5;

    public static DecoderArchitecture Architecture()
    {
        DecoderArchitecture medium = MediumModel.Architecture(Layers);
        var rule = new DeltaRuleArchitecture(KeyHeads: 4, KeyDim: 64, ValueHeads: 8, ValueDim: 64, Kernel: 4);
        return medium with
        {
            QueryKeyNorm = QueryKeyNorm.PerHead,
            OutputGate = true,
            Layers = [.. medium.Layers.Select((l, i) => (i + 1) % 4 == 0 ? l : l with { Rotary = null, DeltaRule = rule })],
        };
    }

    public Workload Prepare(string side)
    {
        Decoder decoder = MediumModel.Make(side is Attention or AttentionLong ? MediumModel.Architecture(Layers) : Architecture());
        EncodedPrompt[] pairs = MediumModel.Pairs(side is Long or AttentionLong ? LongPairs : ShortPairs);
        double flops = UsefulWork.OfStep(decoder, pairs);
        var engine = new EngineStep(decoder, Beta, Ratio);
        return new Workload(pairs.Length, () => engine.Run(pairs, LearningRate), engine.Dispose) { UsefulFlops = flops };
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
    [
        new("share of the GEMM rate", result.RooflineShare!.Value, 0.5),
        new("seconds over those of attention alone, 512 tokens a pair", 1 / result.Variants![Attention].SecondsOverOurs!.Median, 1.3, AtMost: true),
        new("the same, 4,096 tokens a pair", result.Variants[AttentionLong].Rate.Median / result.Variants[Long].Rate.Median, 1, AtMost: true),
    ];
}
