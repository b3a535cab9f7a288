using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using QuickStart;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// The five steps of TRL's run on SmolLM2-135M, a step a round, then the five again. TRL 0.24 did 5.6e-4 pairs/s for each GFLOP/s of its machine's matrix
/// products, with 11.1 GB (6.3 GB with gradient checkpointing). The losses of the steps are TRL's.
/// </summary>
internal sealed class SmolLM2Benchmark : IBenchmark
{
    private const int PairsPerStep = 4, Steps = 5;
    private const double TrlRate = 5.6e-4, Beta = 2.5, Ratio = 0.5, LearningRate = 5e-6;
    private const string Recompute = "recompute";

    public string Name => "smollm";

    public string Summary => "optimizer steps of SmolLM2-135M on the pairs of TRL's run, with activations kept and recomputed";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Recompute];

    public int Rounds => 2 * Steps;

    public int Cycle => Steps;

    public string? Missing() => SmolLM2Pairs.Missing();

    public Workload Prepare(string side)
    {
        Allocator.KeepLargeBlocks(1 << 20); // memory is what is tight here
        double[] losses = SmolLM2Pairs.Losses();
        EncodedPrompt[] pairs = SmolLM2Pairs.Read();
        var engine = new EngineStep(DecoderLoader.Load(SmolLM2Pairs.Folder, TorchSharp.torch.CPU), Beta, Ratio, recompute: side == Recompute);
        int step = -1;
        return new Workload(PairsPerStep, Next, engine.Dispose) { UsefulFlops = engine.UsefulFlops(pairs) / (pairs.Length / PairsPerStep) };

        IReadOnlyDictionary<string, double>? Next()
        {
            if (step < 0)
            {
                engine.WarmUp(pairs[..PairsPerStep]);
                step = 0;
                return null;
            }
            int index = step++ % losses.Length;
            EncodedPrompt[] batch = pairs[(index * PairsPerStep)..((index + 1) * PairsPerStep)];
            var figures = new Dictionary<string, double>(engine.Run(batch, LearningRate));
            if (step <= losses.Length) figures["distance from TRL's loss"] = Math.Abs(figures["loss"] - losses[index]);
            return figures;
        }
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
    [
        new("pairs/s for each GFLOP/s over TRL's", result.Ours.FastestRate / result.GemmGflops!.Value / TrlRate, 3.5),
        new("peak RSS in GB", result.Ours.PeakRssBytes / 1e9, 4.0, AtMost: true),
        new("peak RSS in GB with recompute", result.Variants![Recompute].PeakRssBytes / 1e9, 3.5, AtMost: true),
        new("recompute: pairs/s over those without", result.Variants[Recompute].FastestRate / result.Ours.FastestRate, 0.75),
    ];
}
