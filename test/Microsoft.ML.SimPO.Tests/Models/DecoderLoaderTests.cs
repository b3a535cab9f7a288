using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using TorchSharp;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Configurations whose sizes have no weights behind them. Whoever made anything of them first would take terabytes, or hours.</summary>
public sealed class DecoderLoaderTests
{
    [Theory]
    [InlineData("num_hidden_layers", 1_000_000, "field 'num_hidden_layers' must be at most 4096, but is 1000000.")]
    [InlineData("hidden_size", 2_000_000_000, "field 'hidden_size' must be at most 1048576, but is 2000000000.")]
    [InlineData("vocab_size", 2_000_000_000, "field 'vocab_size' must be at most 16777216, but is 2000000000.")]
    [InlineData("intermediate_size", 2_000_000_000, "field 'intermediate_size' must be at most 4194304, but is 2000000000.")]
    [InlineData("num_attention_heads", 2_000_000_000, "field 'num_attention_heads' must be at most 65536, but is 2000000000.")]
    [InlineData("head_dim", 65536, "Tensor 'model.layers.0.self_attn.q_proj.weight' has shape [192, 192]; expected [393216, 192].")]
    [InlineData("hidden_size", 1048576, "Tensor 'model.embed_tokens.weight' has shape [2000, 192]; expected [1536, 1048576].")]
    [InlineData("vocab_size", 16777216, "Tensor 'model.embed_tokens.weight' has shape [2000, 192]; expected [16777216, 192].")]
    [InlineData("num_hidden_layers", 4096, "config.json asks for 4096 layers, which have at least 16385.")]
    public void Sizes_without_weights_are_refused_by_the_header(string field, int size, string fault)
    {
        using var folder = new TempFolder();
        foreach (string file in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(QuickStartFiles.Model, file), folder.File(file));
        Change(folder, config => config[field] = size);
        var error = Assert.Throws<InvalidDataException>(() => DecoderLoader.Load(folder.Path, torch.CPU));
        Assert.Contains(Shape(fault), Shape(error.Message), StringComparison.Ordinal);
    }

    /// <summary>Sixteen thousand experts in each of four thousand layers: each number is possible.</summary>
    [Fact]
    public void Experts_in_layers_without_weights_are_refused()
    {
        using var folder = new TempFolder();
        folder.Write("config.json", """
            {"model_type":"mixtral","vocab_size":100,"hidden_size":64,"intermediate_size":64,"num_hidden_layers":4096,"num_attention_heads":4,
            "num_key_value_heads":2,"num_local_experts":16384}
            """);
        folder.Write("model.safetensors", SafetensorsBytes.Good());
        Assert.Equal(
            $"'{folder.File("config.json")}': field 'num_hidden_layers' must be such that the layers have at most 262144 tensors; with their experts they have "
                + "134230017, but is 4096.",
            Assert.Throws<InvalidDataException>(() => DecoderLoader.Load(folder.Path, torch.CPU)).Message);
        Assert.Throws<InvalidDataException>(() => new MLContext().Alignment.DescribeModel(folder.Path));
    }

    private static void Change(TempFolder folder, Action<JsonNode> change)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(folder.File("config.json")))!;
        change(config);
        folder.Write("config.json", config.ToJsonString());
    }

    /// <summary>The sample's own sizes are no matter of this test.</summary>
    private static string Shape(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"has shape \[[^]]*\]", "has another shape")
        .Replace(", 192]", ", hidden]", StringComparison.Ordinal);
}
