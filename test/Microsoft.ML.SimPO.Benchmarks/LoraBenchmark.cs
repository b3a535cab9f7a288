using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What training an adapter saves against training all weights, in the same engine.</summary>
internal sealed class LoraBenchmark : IBenchmark
{
    private const string TrainingBytes = "bytes of gradients and moments", TrainedBytes = "bytes of trained weights";

    private const int Rank = 16, Seed = 1;

    private static readonly (int, int, int)[] Lengths = [(267, 387, 128), (228, 361, 299), (283, 17, 69), (398, 37, 106)];

    public string Name => "lora";

    public string Summary =>
        "an optimizer step with an adapter of rank 16 on all projections of the model of 56 M parameters, against one of all weights (the reference)";

    public string Unit => "pairs/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Side.Reference];

    public Workload Prepare(string side)
    {
        Decoder decoder = MediumModel.Make();
        EncodedPrompt[] pairs = MediumModel.Pairs(Lengths);
        double flops = UsefulWork.OfStep(decoder, pairs);
        if (side == Side.Ours)
        {
            AdapterInitializer.Attach(
                decoder, new AdapterConfig { Rank = Rank, Alpha = 2 * Rank, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) }, Seed);
            flops = UsefulWork.OfAdapterStep(decoder, pairs);
        }
        var engine = new EngineStep(decoder, beta: 2, ratio: 0.5);
        return new Workload(pairs.Length, () => Step(engine, decoder, pairs), engine.Dispose) { UsefulFlops = flops };
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        SortedDictionary<string, double> figures = result.Ours.Figures!;
        return
        [
            new("pairs/s over full tuning's", result.Ratio!.Rate.Median, 1),
            new("gradients and moments over the adapter's own size", figures[TrainingBytes] / figures[TrainedBytes], 3, AtMost: true),
        ];
    }

    private static Dictionary<string, double> Step(EngineStep engine, Decoder decoder, EncodedPrompt[] pairs) => new(engine.Run(pairs, learningRate: 1e-6))
    {
        [TrainingBytes] = engine.TrainingBytes,
        [TrainedBytes] = 4.0 * decoder.Trainable.Sum(p => p.Value.numel()),
    };
}
