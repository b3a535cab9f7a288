using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>A save has the form in which the model came, so that whatever wrote the one reads the other.</summary>
public sealed class SavedFormTests
{
    /// <summary>
    /// Experts in one tensor and under the names of transformers 5; one by one and by those of 4; rotary parameters and a base beside them; an older prefix.
    /// </summary>
    [Theory]
    [InlineData("models-v5/v5-qwen3_moe-fused", "mlp.experts.gate_up_proj", "num_local_experts", "rope_parameters")]
    [InlineData("models-v5/v5-mixtral", "block_sparse_moe.experts.1.w1.weight", "num_local_experts", "rope_parameters")]
    [InlineData("models-v5/qwen2_moe", "mlp.experts.1.gate_proj.weight", "num_experts_per_tok", "rope_parameters")]
    [InlineData("models/qwen2-tied", "self_attn.q_proj.bias", "rope_theta", "rms_norm_eps")]
    [InlineData("models-v5/gemma3-multimodal", "self_attn.q_proj.weight", "text_config", "vision_config")]
    public void Names_and_configuration_are_those_of_the_source(string model, string tensor, params string[] fields)
    {
        using var folder = new TempFolder();
        string source = Path.Combine(GoldenCases.OwnRoot, model), target = folder.File("saved");
        using Decoder decoder = DecoderLoader.Load(source, CPU);
        using (NewDisposeScope()) foreach (Parameter parameter in decoder.Weights.Trainable) parameter.Value.add_(0.25f);
        new CheckpointWriter(source).Write(target, ParameterSources.Merged(decoder));
        using CheckpointReader before = CheckpointReader.Open(source), after = CheckpointReader.Open(target);
        Assert.Equal(Shapes(before), Shapes(after));
        string changed = before.Tensors.Keys.First(
            name => name.Contains("layers.0", StringComparison.Ordinal) && name.EndsWith(tensor, StringComparison.Ordinal));
        Assert.Equal(before.ReadFloat32(changed)[0] + 0.25f, after.ReadFloat32(changed)[0], 1e-6f);
        ModelConfig then = ModelConfig.Load(source), now = ModelConfig.Load(target);
        Assert.All(fields, field => Assert.Equal(then.Find(field)!.Value.GetRawText(), now.Find(field)!.Value.GetRawText()));
        Assert.Equal(then.FieldNames.Except(["dtype", "torch_dtype"]), now.FieldNames.Except(["dtype", "torch_dtype"]));
    }

    private static IEnumerable<string> Shapes(CheckpointReader reader) =>
        reader.Tensors.Values.Select(t => $"{t.Name} {string.Join(' ', t.Shape)}").Order(StringComparer.Ordinal);
}
