using System.Globalization;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Steps of 256 to 16,384 tokens and 2 to 16 layers: the time of a token stays, since all pairs are 128 | 64 | 64 tokens long, and memory is what
/// <see cref="StepMemory"/> predicts.
/// </summary>
internal sealed class ScalingBenchmark : IBenchmark
{
    private const int PairTokens = 256, FewLayers = 2, SomeTokens = 2048;

    private static readonly int[] TokenCounts = [256, 1024, 4096, 16_384], LayerCounts = [4, 8, 16];

    public string Name => "scaling";

    public string Summary => "steps of 256 to 16,384 tokens and of 2 to 16 layers: time and memory against what a line predicts";

    public string Unit => "tokens/s";

    /// <summary>Ours is 2 layers and 2,048 tokens.</summary>
    public IReadOnlyList<string> Sides => [Side.Ours, .. TokenCounts.Select(t => Label("tokens", t)), .. LayerCounts.Select(l => Label("layers", l))];

    public int Rounds => 1;

    public Workload Prepare(string side)
    {
        (int layers, int tokens) = Size(side);
        Decoder decoder = MediumModel.Make(layers);
        EncodedPrompt[] pairs = MediumModel.Pairs([.. Enumerable.Repeat((PairTokens / 2, PairTokens / 4, PairTokens / 4), tokens / PairTokens)]);
        double flops = UsefulWork.OfStep(decoder, pairs), predicted = StepMemory.Predict(decoder, pairs);
        var engine = new EngineStep(decoder, 2, 0.5);
        return new Workload(
            tokens, () => new Dictionary<string, double>(engine.Run(pairs, 1e-6)) { ["predicted bytes"] = predicted }, engine.Dispose) { UsefulFlops = flops };
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        Dictionary<string, Measurement> all = new(result.Variants!) { [Side.Ours] = result.Ours };
        double Rate(string side) => all[side].Rate.Median;
        // The optimizer's pass over the weights does not shrink with the tokens, so it is taken out of the time.
        double Seconds(string side) => (Size(side).Tokens / Rate(side)) - all[side].Figures!["seconds of optimizer"];
        double PerToken(string side) => Seconds(side) / Size(side).Tokens;
        string most = Label("tokens", TokenCounts[^1]), some = Label("tokens", TokenCounts[1]);
        yield return new Bar("time of a token at 16,384 over 1,024", PerToken(most) / PerToken(some), 1.15, AtMost: true);
        double work = all[Label("layers", LayerCounts[^1])].UsefulGflops!.Value / result.Ours.UsefulGflops!.Value;
        yield return new Bar("useful GFLOP/s at 16 layers over 2", work, 0.85);
        foreach ((string side, Measurement measured) in all.OrderBy(a => a.Key, StringComparer.Ordinal))
            yield return new Bar($"{side}: peak RSS over the prediction", measured.PeakRssBytes / measured.Figures!["predicted bytes"], 1.15, AtMost: true);
    }

    private static string Label(string what, int count) => string.Create(CultureInfo.InvariantCulture, $"{what} {count}");

    private static (int Layers, int Tokens) Size(string side)
    {
        if (side == Side.Ours) return (FewLayers, SomeTokens);
        int count = int.Parse(side.AsSpan(side.IndexOf(' ', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        return side.StartsWith("tokens", StringComparison.Ordinal) ? (FewLayers, count) : (count, SomeTokens);
    }
}
