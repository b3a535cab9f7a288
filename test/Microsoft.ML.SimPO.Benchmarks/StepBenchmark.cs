using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>A whole optimizer step on four pairs of usual lengths.</summary>
internal sealed class StepBenchmark : IBenchmark
{
    private const double Beta = 2, Ratio = 0.5, LearningRate = 1e-6;

    public static readonly (int, int, int)[] Lengths = [(267, 387, 128), (228, 361, 299), (283, 17, 69), (398, 37, 106)];

    public string Name => "step";

    public string Summary => "an optimizer step of a model of 56 M parameters on four pairs, against padded sequences and autograd";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Side.Reference];

    public Workload Prepare(string side) => Prepare(side, Lengths);

    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
    [
        new("pairs/s over the reference's", result.Ratio!.Rate.Median, 2.5),
        new("peak RSS over the reference's", result.Ratio.PeakRssBytes, 0.40, AtMost: true),
        new("share of the GEMM rate", result.RooflineShare!.Value, 0.65),
    ];

    public static Workload Prepare(string side, (int, int, int)[] lengths, PromptSharing sharing = PromptSharing.Batch)
    {
        Decoder decoder = MediumModel.Make();
        EncodedPrompt[] pairs = MediumModel.Pairs(lengths);
        double flops = UsefulWork.OfStep(decoder, pairs);
        if (side != Side.Reference)
        {
            var engine = new EngineStep(decoder, Beta, Ratio, sharing: sharing);
            return new Workload(pairs.Length, () => engine.Run(pairs, LearningRate), engine.Dispose) { UsefulFlops = flops };
        }
        var reference = new ReferenceModel(decoder, LearningRate);
        decoder.Dispose();
        return new Workload(pairs.Length, () => new Dictionary<string, double> { ["loss"] = reference.Step(pairs, Beta, Ratio, norm: false).Loss },
            reference.Dispose) { UsefulFlops = flops };
    }
}
