using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Golden adapters open, hold what their configuration and base model say, and are written back byte for byte.</summary>
[Trait("Category", "Parity")]
public sealed class AdapterFileParityTests
{
    public static TheoryData<GoldenCase> Adapters => GoldenCases.Models("adapter_config.json");

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_holds_what_its_configuration_says(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        AdapterConfig config = AdapterConfig.Load(golden.Path);
        using CheckpointReader adapter = AdapterFolder.OpenWeights(golden.Path);
        using CheckpointReader model = CheckpointReader.Open(Path.Combine(golden.Path, config.BaseModel!));
        Dictionary<string, long[]> weights = model.Tensors.Values.Where(e => e.Name.EndsWith(".weight", StringComparison.Ordinal))
            .ToDictionary(e => config.ModuleOf(e.Name), e => e.Shape);
        // Whatever is a matrix but the embedding is a linear layer.
        IReadOnlyList<string> linear =
            [.. weights.Where(w => w.Value.Length == 2 && !w.Key.EndsWith("embed_tokens", StringComparison.Ordinal)).Select(w => w.Key)];
        var layers = config.Targets.Select(linear).ToDictionary(n => n, n => (config.RankOf(n), weights[n]));
        var saved = weights.Where(w => config.ModulesToSave.Any(m => w.Key.Split('.')[^1] == m)).ToDictionary(w => w.Key + ".weight", w => w.Value);
        Assert.DoesNotContain(
            adapter.Check(AdapterNames.Expected(config, layers, saved)),
            name => !(config.Bias != AdapterBias.None && name.EndsWith(".bias", StringComparison.Ordinal))
                && !(config.TargetParameters.Count > 0 && name.Contains(".mlp.", StringComparison.Ordinal)) // of experts and routers
                && !(config.TokenIndices.Count > 0 && name.EndsWith("trainable_tokens_delta", StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_written_again_is_the_same_file(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using CheckpointReader reader = AdapterFolder.OpenWeights(golden.Path);
        Skip.If(reader.Tensors.Values.Any(e => e.Type != CheckpointType.Float32), "It is not all float32, which is what is written.");
        using var folder = new TempFolder();
        TensorSource[] sources = [.. reader.Tensors.Values.Select(e => new TensorSource(e.Name, e.Shape, sink => sink.Write(reader.ReadFloat32(e.Name))))];
        AdapterFolder.Write(folder.File("copy"), AdapterConfig.Load(golden.Path), sources);
        Assert.Equal(File.ReadAllBytes(golden.File("adapter_model.safetensors")), File.ReadAllBytes(folder.File("copy", "adapter_model.safetensors")));
        ModelConfig before = ModelConfig.LoadFile(golden.File("adapter_config.json")), after = ModelConfig.LoadFile(folder.File("copy", "adapter_config.json"));
        Assert.All(after.FieldNames, field => Assert.Equal(Flat(before, field), Flat(after, field)));
    }

    /// <summary>Without white space, and a number as what it is worth: 8 and 8.0 are the same.</summary>
    private static string Flat(ModelConfig config, string field)
    {
        JsonElement value = config.Find(field)!.Value;
        return value.ValueKind == JsonValueKind.Number
            ? value.GetDouble().ToString(CultureInfo.InvariantCulture)
            : string.Concat(value.GetRawText().Where(c => !char.IsWhiteSpace(c)));
    }
}
