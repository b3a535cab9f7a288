using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Clipping and AdamW over 56 M parameters against TorchSharp's AdamW without clipping, and against a copy of as many bytes as AdamW cannot but move: it reads
/// weight, gradient and two moments and writes three of them, 28 bytes a parameter.
/// </summary>
internal sealed class OptimizerBenchmark : IBenchmark
{
    private const string Copy = "copy";
    private const int BytesMoved = 28;

    public string Name => "optimizer";

    public string Summary => "gradient norm, clipping and AdamW of 56 M parameters, against TorchSharp's AdamW alone and a plain copy";

    public string Unit => "steps/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Side.Reference, Copy];

    public string? Roofline => Copy;

    public int Rounds => 9;

    public Workload Prepare(string side) => side switch
    {
        Side.Ours => Ours(),
        Side.Reference => Reference(),
        _ => PlainCopy(),
    };

    /// <summary>Seven times the reference, or nine tenths of what memory allows.</summary>
    public IEnumerable<Bar> Bars(BenchmarkResult result) =>
        [new("the better of steps/s over 7 times the reference's and over 0.9 of the copy's",
            Math.Max(result.Ratio!.Rate.Median / 7, result.RooflineShare!.Value / 0.9), 1)];

    private static Workload Ours()
    {
        Decoder decoder = MediumModel.Make();
        foreach (Parameter parameter in decoder.Parameters)
        {
            parameter.Train();
            parameter.Gradient.normal_();
        }
        var optimizer = new AdamW(decoder.Parameters, new AdamWSettings());
        return new Workload(1, () =>
        {
            double norm = optimizer.ClipGradients(1);
            optimizer.Step(1e-6);
            return new Dictionary<string, double> { ["gradient norm"] = norm };
        }, () =>
        {
            optimizer.Dispose();
            decoder.Dispose();
        });
    }

    private static Workload Reference()
    {
        using Decoder decoder = MediumModel.Make();
        var reference = new ReferenceModel(decoder, 1e-6);
        foreach (TorchSharp.Modules.Parameter parameter in reference.Parameters) parameter.grad = randn_like(parameter).DetachFromDisposeScope();
        return new Workload(1, reference.Update, reference.Dispose);
    }

    private static Workload PlainCopy()
    {
        using Decoder decoder = MediumModel.Make();
        Tensor from = ones(decoder.ParameterCount * BytesMoved / 8), to = empty_like(from);
        return new Workload(1, () => { to.copy_(from); }, () =>
        {
            from.Dispose();
            to.Dispose();
        });
    }
}
