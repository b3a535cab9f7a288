using System.Diagnostics;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Greedy generation with SmolLM2-135M-Instruct in float32: one prompt at a time, the same under an adapter, and 16 together. A token needs every weight once,
/// so reading them bounds one prompt. Rates are of whole calls, prompts included; the bars are of the tokens behind the first.
/// </summary>
internal sealed class GenerateBenchmark : IBenchmark
{
    private const string Sixteen = "sixteen", Adapter = "adapter", Decoded = "decoded tokens/s", Share = "share of reading the weights";

    private const int PromptTokens = 16, NewTokens = 48;

    private static readonly string Folder = Path.Combine(Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "", "models", "smollm2-135m-instruct");

    public string Name => "generate";

    public string Summary => "tokens of SmolLM2-135M-Instruct, one prompt (and under an adapter of rank 16) and 16 together, against reading its weights";

    public string Unit => "tokens/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Adapter, Sixteen];

    public string? Missing() =>
        File.Exists(Path.Combine(Folder, "config.json")) ? null : "models/smollm2-135m-instruct below the folder that SIMPO_TEST_ASSETS names";

    public Workload Prepare(string side)
    {
        Decoder decoder = DecoderLoader.Load(Folder, CPU);
        if (side == Adapter)
            AdapterInitializer.Attach(decoder, new AdapterConfig { Rank = 16, Alpha = 32, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) }, seed: 1);
        int count = side == Sixteen ? 16 : 1;
        var random = new Random(1);
        int[][] prompts = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, PromptTokens).Select(_ => random.Next(100, 40_000)).ToArray())];
        return new Workload(count * NewTokens, () => Run(decoder, prompts), decoder.Dispose);
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        double one = result.Ours.Figures![Decoded], sixteen = result.Variants![Sixteen].Figures![Decoded];
        return
        [
            new("share of what reading the weights allows, one prompt", result.Ours.Figures[Share], 0.6),
            new("16 prompts over one", sixteen / one, 8),
            // Merged once a call, an adapted model reads what a merged one does.
            new("one prompt under an adapter over one without", result.Variants[Adapter].Figures![Decoded] / one, 0.95),
        ];
    }

    private static Dictionary<string, double> Run(Decoder decoder, int[][] prompts) => ComputeThread.Run("generate", () =>
    {
        double readBefore = ReadRate(decoder);
        long first = 0;
        new TokenGenerator(decoder, []).Generate(prompts, new GenerationOptions { MaxNewTokens = NewTokens }, (_, _) =>
        {
            if (first == 0) first = Stopwatch.GetTimestamp();
            return true;
        });
        double seconds = Stopwatch.GetElapsedTime(first).TotalSeconds, rate = (NewTokens - 1) / seconds; // steps/s
        double read = (readBefore + ReadRate(decoder)) / 2;
        return new Dictionary<string, double> { [Decoded] = rate * prompts.Length, ["read GB/s"] = read / 1e9, [Share] = rate * Bytes(decoder) / read };
    });

    private static double Bytes(Decoder decoder) => decoder.ParameterCount * sizeof(float);

    /// <summary>
    /// Bytes a second at which all threads add up the matrices; the best of three. Norms are left out: their calls would take longer than their reading.
    /// </summary>
    private static double ReadRate(Decoder decoder)
    {
        Tensor[] matrices = [.. decoder.Parameters.Where(p => p.Kind != ParameterKind.Norm).Select(p => p.Value)];
        double best = double.PositiveInfinity;
        for (int i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            foreach (Tensor matrix in matrices) matrix.sum().Dispose();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }
        return matrices.Sum(m => m.numel()) * sizeof(float) / best;
    }
}
