using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Recurrent;
using Microsoft.ML.SimPO.Models.Rotary;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Each part that some families have beside those of all, forward and backward, beside what it takes at least.</summary>
internal sealed class PartsBenchmark : IBenchmark
{
    private const int Rows = 1024, Width = 512, Inner = 1408, Heads = 8, HeadDim = 64, Experts = 64, Chosen = 8;

    private const double Row = sizeof(float) * (double)Rows;

    public string Name => "parts";

    public string Summary => "microseconds of each part of the later families, forward and backward, over what its bytes or products take at least";

    public string Unit => "rounds/s";

    public IReadOnlyList<string> Sides => [Side.Ours];

    public int Rounds => 3;

    public Workload Prepare(string side)
    {
        var kept = new List<IDisposable>();
        T Keep<T>(T value) where T : IDisposable
        {
            kept.Add(value);
            return value;
        }
        MeasuredPart[] parts = [.. Parts(shape => Keep(randn(shape).DetachFromDisposeScope()), Keep)];
        Tensor from = Keep(ones(1 << 24)), to = Keep(empty_like(from)), left = Keep(randn(1024, 1024)), right = Keep(randn(1024, 1024));
        return new Workload(1, () =>
        {
            double copied = 2.0 * sizeof(float) * from.numel() / MeasuredPart.Least(() => to.copy_(from));
            double multiplied = 2.0 * (1L << 30) / MeasuredPart.Least(() => mm(left, right));
            var figures = new Dictionary<string, double> { ["copy, GB/s"] = copied / 1e9, ["products, GFLOP/s"] = multiplied / 1e9 };
            foreach (MeasuredPart part in parts)
            {
                double seconds = part.Seconds();
                figures[$"{part.Name}, us"] = seconds * 1e6;
                figures[$"{part.Name}, times its floor"] = seconds / part.Floor(copied, multiplied);
            }
            return figures;
        }, () => kept.ForEach(tensor => tensor.Dispose()));
    }

    private static IEnumerable<MeasuredPart> Parts(Func<long[], Tensor> random, Func<Parameter, Parameter> keep)
    {
        Parameter Weight(params long[] shape)
        {
            Parameter weight = keep(new Parameter(ParameterKind.Coefficient, CPU, ("x", shape)));
            using (NewDisposeScope()) weight.Value.copy_(randn(shape).mul_(0.02));
            weight.Train();
            return weight;
        }
        Tensor input = random([Rows, Width]), gradient = random([Rows, Width]), wide = random([Rows, Inner]), wideGradient = random([Rows, Inner]);
        Tensor gates = random([Rows, 2 * Inner]);

        foreach ((string name, INorm norm) in new (string, INorm)[]
        {
            ("layer norm", new LayerNorm(Weight(Width), null, 1e-5)), ("layer norm with bias", new LayerNorm(Weight(Width), Weight(Width), 1e-5)),
        })
            yield return new(name, () => norm.Backward(gradient, input, norm.Forward(input).Statistics), 6 * Row * Width);
        foreach ((string name, IMlpActivation activation, Tensor projected) in new (string, IMlpActivation, Tensor)[]
        {
            ("squared relu", new PlainActivation(Activation.ReluSquared), wide), ("gelu without a gate", new PlainActivation(Activation.Gelu), wide),
            ("xielu", new XIelu(new XIeluParameters(Weight(1), Weight(1), Weight(1), Weight(1))), wide), ("clamped swiglu", new ClampedSwiGlu(7, 1.702), gates),
        })
        {
            yield return new(name, () =>
            {
                activation.Forward(projected);
                activation.BackwardInPlace(wideGradient, projected.clone());
            }, Row * Inner * (ReferenceEquals(projected, gates) ? 9 : 5));
        }
        foreach (bool isInterleaved in new[] { false, true })
        {
            var rotary = new RotaryArchitecture { Dimensions = HeadDim / 2, Base = 10_000, MaxPositions = Rows, IsInterleaved = isInterleaved };
            RotaryTable table = RotaryTable.Of(rotary, OneSequence, CPU);
            Tensor heads = random([Rows, 2 * Heads, HeadDim]);
            yield return new(isInterleaved ? "rotary, half, interleaved" : "rotary, half", () =>
            {
                table.Apply(heads, Heads);
                table.ApplyBackward(heads, Heads);
            }, 4 * Row * Heads * HeadDim);
        }
        Tensor attended = random([1, Heads, Rows, HeadDim]), attendedGradient = random([1, Heads, Rows, HeadDim]), sums = random([1, Heads, Rows]);
        Parameter sinks = Weight(Heads);
        yield return new("attention sinks", () =>
        {
            (Tensor output, Tensor logSumExp) = AttentionSinks.Apply(attended, sums, sinks.Value);
            AttentionSinks.Backward(sinks, attendedGradient, output, logSumExp);
        }, 4 * Row * Width);
        yield return new("output gate", () =>
        {
            OutputGate.Apply(input, gradient);
            OutputGate.Backward(input.clone(), gradient, gradient);
        }, 8 * Row * Width);
        Tensor scores = random([Rows, Experts]), chosen = random([Rows * Chosen, 1]), correction = random([Experts]);
        foreach (RouterKind kind in Enum.GetValues<RouterKind>())
        {
            var architecture = new ExpertArchitecture(Experts, Chosen, Inner / Chosen, Renormalizes: true) { Router = kind };
            yield return new($"router, {kind}", () =>
            {
                var routing = new ExpertRouting(architecture, scores, kind == RouterKind.Sigmoid ? correction : null);
                routing.Backward(chosen);
            }, 3 * Row * Experts);
        }
        var convolution = new CausalConvolution(0, Weight(Width, 1, 4), Weight(Width));
        var pass = DecoderPass.Packed(MediumModel.Architecture(1), OneSequence, CPU);
        yield return new("short convolution", () =>
        {
            convolution.Forward(input, pass);
            convolution.Backward(gradient, input, pass);
        }, 5 * Row * Width);
        yield return DeltaRulePart(random);
    }

    private static MeasuredPart DeltaRulePart(Func<long[], Tensor> random)
    {
        Tensor Unit() => random([Heads, Rows, HeadDim]).div_(Math.Sqrt(HeadDim));
        var inputs = new DeltaRuleInputs(
            Unit(), Unit(), random([Heads, Rows, HeadDim]), random([Heads, Rows]).sigmoid_(), random([Heads, Rows]).abs_().mul_(-0.1));
        Tensor output = empty_like(inputs.Value).DetachFromDisposeScope();
        // A chunk of 64 tokens: forward 4 products with 64 columns, the solution, and 2 with the state; backward three times as many.
        const double chunk = DeltaRuleKernel.ChunkRows, products = (4 * 2 * chunk * chunk * HeadDim) + (3 * 2 * chunk * HeadDim * HeadDim);
        return new("delta rule", () =>
        {
            DeltaRule.Forward(inputs, OneSequence, output);
            DeltaRule.Backward(inputs, OneSequence, output);
        }, 10 * Row * Width, 4 * products * Heads * Rows / chunk);
    }

    private static TokenBatch OneSequence { get; } = new(new int[Rows], [.. Enumerable.Range(0, Rows)], [new AttentionSegment(0, 0, Rows)]);
}
