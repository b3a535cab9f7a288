using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Reading SmolLM2-135M's checkpoint, 269 MB of bfloat16 in a warm file, into a model in float32.</summary>
internal sealed class LoadBenchmark : IBenchmark
{
    /// <summary>The machine's limit: as many values converted from memory to memory, on as many threads, into pages that are there.</summary>
    private const string Conversion = "conversion";

    // The largest tensor, the embedding, is a fifth of the model; reading takes far less than it beside the model.
    private const string PeakFigure = "peak memory of loading over the model in float32";

    // Small enough that its source and its result share a core's cache with nobody, as when a file is read block by block.
    private const int BlockElements = 1 << 17;

    private static readonly string Folder = Path.Combine(Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "", "models", "smollm2-135m-instruct");

    public string Name => "load";

    public string Summary => "reading SmolLM2-135M from a warm file, against the conversion of its values alone";

    public string Unit => "MB/s";

    public IReadOnlyList<string> Sides => [Side.Ours, Conversion];

    public int Rounds => 5;

    public string? Missing() => File.Exists(Path.Combine(Folder, CheckpointReader.SingleFileName))
        ? null : $"SIMPO_TEST_ASSETS must name a folder with models/smollm2-135m-instruct; '{Folder}' has no checkpoint.";

    public Workload Prepare(string side)
    {
        double megabytes = new FileInfo(Path.Combine(Folder, CheckpointReader.SingleFileName)).Length / 1e6;
        return side == Side.Ours ? new Workload(megabytes, Load) : ConversionOf(megabytes);
    }

    public IEnumerable<Bar> Bars(BenchmarkResult result)
    {
        double megabytes = new FileInfo(Path.Combine(Folder, CheckpointReader.SingleFileName)).Length / 1e6;
        Measurement ours = result.Ours, conversion = result.Variants![Conversion];
        yield return new("seconds to load", megabytes / ours.Rate.Median, 0.3, AtMost: true);
        yield return new("share of the conversion's rate", ours.Rate.Median / conversion.Rate.Median, 0.6);
        if (ours.Figures?.TryGetValue(PeakFigure, out double peak) == true) yield return new(PeakFigure, peak, 1.06, AtMost: true);
    }

    private static Dictionary<string, double>? Load()
    {
        long before = PeakMemory.Reset();
        using Decoder decoder = DecoderLoader.Load(Folder, CPU);
        long peak = PeakMemory.Read() - before;
        return before > 0 ? new() { [PeakFigure] = peak / (4.0 * decoder.ParameterCount) } : null;
    }

    private static unsafe Workload ConversionOf(double megabytes)
    {
        long count = (long)(megabytes * 1e6) / sizeof(ushort);
        var source = (ushort*)NativeMemory.AlignedAlloc((nuint)count * sizeof(ushort), 64);
        var target = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        new Span<byte>(source, (int)(count * sizeof(ushort))).Fill(0x3F);
        int blocks = (int)((count + BlockElements - 1) / BlockElements);
        return new Workload(
            megabytes,
            () => Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
                FloatConversion.FromBFloat16(
                    source + ((long)i * BlockElements), target + ((long)i * BlockElements), Math.Min(BlockElements, count - ((long)i * BlockElements)))),
            () =>
            {
                NativeMemory.AlignedFree(source);
                NativeMemory.AlignedFree(target);
            });
    }
}
