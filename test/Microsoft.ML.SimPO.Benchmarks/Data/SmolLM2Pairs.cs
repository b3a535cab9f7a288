using System.Text.Json;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>The pairs of TRL's run on SmolLM2-135M, below the folder that SIMPO_TEST_ASSETS names.</summary>
internal static class SmolLM2Pairs
{
    private static readonly string Root = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS") ?? "";

    public static readonly string Folder = Path.Combine(Root, "models", "smollm2-135m-instruct");

    private static readonly string Curve = Path.Combine(Folder, "trl-curve.json"), Data = Path.Combine(Root, "data", "dpo_en_demo.json");

    /// <summary>What is not there, for a message; null for nothing.</summary>
    public static string? Missing() => File.Exists(Curve) && File.Exists(Data) && File.Exists(Path.Combine(Folder, "config.json"))
        ? null
        : "it needs models/smollm2-135m-instruct in Hugging Face layout with trl-curve.json, and data/dpo_en_demo.json, below the folder that "
            + "SIMPO_TEST_ASSETS names.";

    /// <summary>The losses of TRL's steps.</summary>
    public static double[] Losses()
    {
        using JsonDocument curve = JsonDocument.Parse(File.ReadAllBytes(Curve));
        return [.. curve.RootElement.GetProperty("steps").EnumerateArray().Select(s => s.GetProperty("loss").GetDouble())];
    }

    /// <param name="most">Null for all.</param>
    public static EncodedPrompt[] Read(int? most = null)
    {
        using JsonDocument curve = JsonDocument.Parse(File.ReadAllBytes(Curve));
        int[] indices = [.. curve.RootElement.GetProperty("pair_indices").EnumerateArray().Select(i => i.GetInt32()).Take(most ?? int.MaxValue)];
        PreferenceRow[] rows = [.. PreferenceReader.Read(Data)];
        var options = new SimPOTrainer.Options { ModelPath = Folder };
        using AlignmentTransformer model = new MLContext().Alignment.LoadModel(Folder, options);
        PreferenceEncoder encoder = model.Model.Encoder(options);
        return [.. indices.Select(i => encoder.Encode(rows[i].Prompt, rows[i].Chosen, rows[i].Rejected, i)!)];
    }
}
