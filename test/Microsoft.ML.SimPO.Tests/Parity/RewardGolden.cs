using System.Text.Json;
using Microsoft.ML.SimPO.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A folder of <c>reward/</c>: a reward model, four texts, and what Hugging Face says of them.</summary>
internal sealed class RewardGolden : IDisposable
{
    private readonly JsonElement _tolerance;

    public RewardGolden(GoldenCase golden)
    {
        _tolerance = JsonDocument.Parse(File.ReadAllBytes(golden.File("tolerance.json"))).RootElement;
        Tensors = new GoldenTensors(golden.File("golden.safetensors"));
        Decoder = DecoderLoader.Load(golden.Path, CPU);
        int[] lengths = Tensors.Integers("lengths"), ids = Tensors.Integers("input_ids");
        int width = ids.Length / lengths.Length;
        Texts = [.. lengths.Select((length, i) => ids[(i * width)..((i * width) + length)])];
    }

    public GoldenTensors Tensors { get; }

    public Decoder Decoder { get; }

    public IReadOnlyList<int[]> Texts { get; }

    /// <summary>Ten times the distance of float32 from float64, plus 1e-6, as with other models.</summary>
    public double Tolerance(string output) => (10 * _tolerance.GetProperty(output).GetProperty("max_abs").GetDouble()) + 1e-6;

    public void Dispose()
    {
        Tensors.Dispose();
        Decoder.Dispose();
    }
}
