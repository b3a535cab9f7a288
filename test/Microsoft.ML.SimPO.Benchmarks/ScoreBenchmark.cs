using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Log-probabilities of pairs without gradients: evaluation, and the transformer of a tuned model.</summary>
internal sealed class ScoreBenchmark : IBenchmark
{
    public string Name => "score";

    public string Summary => "log-probabilities of four pairs without gradients, against padded sequences and full logits";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Side.Reference];

    public int Rounds => 15;

    public Workload Prepare(string side)
    {
        Decoder decoder = MediumModel.Make();
        EncodedPrompt[] pairs = MediumModel.Pairs(StepBenchmark.Lengths);
        double flops = UsefulWork.OfForward(decoder, pairs);
        if (side == Side.Ours)
        {
            var scorer = new GroupScorer(decoder);
            return new Workload(pairs.Length, () => First(scorer.Score(pairs)), decoder.Dispose) { UsefulFlops = flops };
        }
        var reference = new ReferenceModel(decoder, 0);
        decoder.Dispose();
        return new Workload(pairs.Length, () => new Dictionary<string, double> { ["chosen log-probability"] = reference.Score(pairs)[0] },
            reference.Dispose) { UsefulFlops = flops };
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result) => [new("share of the GEMM rate", result.RooflineShare!.Value, 0.75)];

    private static Dictionary<string, double> First(GroupScore[] scores) => new() { ["chosen log-probability"] = scores[0].Chosen.Mean };
}
