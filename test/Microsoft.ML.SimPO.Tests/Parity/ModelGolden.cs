using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Text.Encoders;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A folder of <c>models/</c>: checkpoint, reference outputs, tolerances.</summary>
internal sealed class ModelGolden : IDisposable
{
    private readonly JsonElement _golden, _tolerance;

    public ModelGolden(GoldenCase golden)
    {
        _golden = JsonDocument.Parse(File.ReadAllBytes(golden.File("golden.json"))).RootElement;
        _tolerance = JsonDocument.Parse(File.ReadAllBytes(golden.File("tolerance.json"))).RootElement;
        Tensors = new GoldenTensors(golden.File("golden.safetensors"));
        LacksGradients = golden.Root == GoldenCases.OwnRoot;
        Decoder = Load(golden);
        Sequences = ReadSequences();
        Pairs = ReadPairs();
    }

    public GoldenTensors Tensors { get; }

    public Decoder Decoder { get; }

    /// <summary>Whether gradients of matrices may be missing, to keep the repository small: their norm is there.</summary>
    public bool LacksGradients { get; }

    /// <summary>The three texts.</summary>
    public IReadOnlyList<int[]> Sequences { get; }

    public IReadOnlyList<(int Index, EncodedPrompt Tokens)> Pairs { get; }

    /// <summary>The family of a checkpoint's folder, as its configuration calls it.</summary>
    public static string Family(string folder) => ModelConfig.LoadFile(Path.Combine(folder, "config.json")).GetString("model_type");

    /// <summary>That of its text where the checkpoint is multimodal.</summary>
    public static string TextFamily(string folder) => TextConfig.Of(ModelConfig.LoadFile(Path.Combine(folder, "config.json"))).GetString("model_type");

    public JsonElement Field(string name) => _golden.GetProperty(name);

    public double Number(string name) => Field(name).GetDouble();

    /// <summary>Ten times the distance of float32 from float64, plus 1e-6, as the goldens' README has it.</summary>
    public double Tolerance(string output) => (10 * _tolerance.GetProperty(output).GetProperty("max_abs").GetDouble()) + 1e-6;

    /// <summary>A hundred thousandth; where float64's is there too, ten times the distance from it if that is more.</summary>
    public double GradientNormTolerance => 1e-6 + Math.Max(
        1e-5 * Number("grad_norm"),
        _golden.TryGetProperty("grad_norm_float64", out JsonElement exact) ? 10 * Math.Abs(Number("grad_norm") - exact.GetDouble()) : 0);

    public void Dispose()
    {
        Tensors.Dispose();
        Decoder.Dispose();
    }

    /// <summary>The checkpoint; of an adapter that of its base, with the adapter on it.</summary>
    private static Decoder Load(GoldenCase golden)
    {
        if (!File.Exists(golden.File(AdapterConfig.FileName))) return DecoderLoader.Load(golden.Path, CPU);
        Decoder decoder = DecoderLoader.Load(golden.File(AdapterConfig.Load(golden.Path).BaseModel!), CPU);
        AdapterLoader.Load(decoder, golden.Path);
        return decoder;
    }

    private List<int[]> ReadSequences()
    {
        int[] lengths = Tensors.Integers("lengths"), ids = Tensors.Integers("input_ids");
        int width = ids.Length / lengths.Length;
        return [.. lengths.Select((length, i) => ids[(i * width)..((i * width) + length)])];
    }

    private List<(int, EncodedPrompt)> ReadPairs()
    {
        int[] ids = Tensors.Integers("pair.input_ids"), offsets = Tensors.Integers("pair.offsets"), prompts = Tensors.Integers("pair.prompt_lengths");
        int[] Sequence(int i) => ids[offsets[i]..offsets[i + 1]];
        return [.. Enumerable.Range(0, prompts.Length / 2).Select(p =>
            (p, EncodedPrompt.Pair(Sequence(2 * p), prompts[2 * p], Sequence((2 * p) + 1), prompts[(2 * p) + 1])))];
    }
}
