using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models;

public class ModelFamiliesTests
{
    [Fact]
    public void The_upper_layers_of_Qwen_slide_only_where_windows_are_used()
    {
        Assert.All(Read(PublicConfigs.QwenWith("\"x\":1")).Layers, l => Assert.Null(l.Window));
        DecoderArchitecture sliding =
            Read(PublicConfigs.QwenWith("\"x\":1").Replace("\"use_sliding_window\":false", "\"use_sliding_window\":true", StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i < 21 ? (int?)null : 32768), sliding.Layers.Select(l => l.Window));
    }

    [Fact]
    public void Layer_types_that_need_a_window_there_is_none_for_are_refused()
    {
        string types = string.Join(',', Enumerable.Repeat("\"sliding_attention\"", 24));
        var error = Assert.Throws<InvalidDataException>(() => Read(PublicConfigs.QwenWith($"\"layer_types\":[{types}]")));
        Assert.StartsWith("'/m/config.json': field 'layer_types' must be a list of full_attention, for no sliding window is used, but is "
            + "[\"sliding_attention\"", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<InvalidDataException>(() => Read(PublicConfigs.QwenWith("\"layer_types\":[\"full_attention\"]")));
        Assert.Equal(
            "'/m/config.json': field 'layer_types' must be a list with an entry for each of the 24 layers, but is [\"full_attention\"].", error.Message);
    }

    [Fact]
    public void Gemma3_reads_alike_in_both_ways_to_write_it()
    {
        DecoderArchitecture old = Read(PublicConfigs.All["Gemma 3 1B"]), later = Read(PublicConfigs.All["Gemma 3 as version 5 writes it"]);
        Assert.Equal(old.Layers, later.Layers);
        Assert.Equal(old.Rotaries.Select(r => (r.Base, r.Dimensions, r.Scaling)), later.Rotaries.Select(r => (r.Base, r.Dimensions, r.Scaling)));
        Assert.Equal([(1_000_000.0, 256), (10_000.0, 256)], old.Rotaries.Select(r => (r.Base, r.Dimensions)));
        Assert.Equal(22, old.Layers.Count(l => l.Window == 512 && l.Rotary == 1));
    }

    [Fact]
    public void Experts_stand_in_every_layer_that_is_not_listed_as_dense()
    {
        string json = PublicConfigs.All["Qwen3 30B-A3B"];
        Assert.All(Read(json).Layers, l => Assert.Equal(new ExpertArchitecture(128, 8, 768, Renormalizes: true), l.Experts));
        json = json.Replace("\"mlp_only_layers\":[]", "\"mlp_only_layers\":[1]", StringComparison.Ordinal)
            .Replace("\"decoder_sparse_step\":1", "\"decoder_sparse_step\":2", StringComparison.Ordinal);
        Assert.Equal([false, false, false, true, false, true], Read(json).Layers.Take(6).Select(l => l.Experts is not null));
    }

    [Fact]
    public void More_experts_a_token_than_there_are_is_an_error()
    {
        string json = PublicConfigs.All["Mixtral 8x7B"].Replace("\"num_experts_per_tok\":2", "\"num_experts_per_tok\":9", StringComparison.Ordinal);
        var error = Assert.Throws<InvalidDataException>(() => Read(json));
        Assert.Equal("'/m/config.json': field 'num_experts_per_tok' must be between 1 and num_local_experts, which is 8, but is 9.", error.Message);
    }

    [Fact]
    public void A_rotary_scaling_has_no_fields_but_its_own()
    {
        var error =
            Assert.Throws<InvalidDataException>(() => Read(PublicConfigs.LlamaWith("\"rope_scaling\":{\"type\":\"linear\",\"factor\":2.0,\"alpha\":1.5}")));
        Assert.Equal("'/m/config.json': field 'rope_scaling.alpha' must be absent, for linear scaling has no such field, but is 1.5.", error.Message);
        error = Assert.Throws<InvalidDataException>(() => Read(PublicConfigs.LlamaWith("\"rope_scaling\":{\"rope_type\":\"mrope\",\"factor\":2.0}")));
        Assert.Equal(
            "'/m/config.json': field 'rope_scaling.rope_type' must be default, linear, dynamic, llama3, yarn or longrope, but is \"mrope\".", error.Message);
    }

    [Fact]
    public void Rope_parameters_hold_what_older_versions_write_apart()
    {
        DecoderArchitecture llama = Read(PublicConfigs.LlamaWith("\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2.0,\"rope_theta\":77}"));
        Assert.Equal((RotaryScaling.Linear, 2.0, 77.0), (llama.Rotaries[0].Scaling, llama.Rotaries[0].Factor, llama.Rotaries[0].Base));
    }

    [Theory]
    [InlineData("\"rope_theta\":77,\"rope_scaling\":{\"type\":\"linear\",\"factor\":2.0}")]
    [InlineData("\"rope_theta\":77,\"rope_scaling\":{\"rope_type\":\"linear\",\"type\":\"linear\",\"factor\":2.0}")]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"linear\",\"rope_theta\":77,\"factor\":2.0}")]
    [InlineData("\"rope_theta\":77,\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2.0}")]
    [InlineData("\"rope_theta\":5,\"rope_parameters\":{\"rope_type\":\"linear\",\"rope_theta\":77,\"factor\":2.0}")]
    public void Rotary_fields_may_stand_in_any_of_their_places(string fields) => Assert.Equivalent(
        Read("""{"model_type":"llama","rope_parameters":{"rope_type":"linear","factor":2.0,"rope_theta":77}}"""),
        Read($$"""{"model_type":"llama",{{fields}}}"""), strict: true);

    [Theory]
    [InlineData("\"rope_scaling\":null")]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"default\"}")]
    [InlineData("\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":10000.0}")]
    public void A_scaling_that_is_the_default_is_none(string fields) =>
        Assert.Equivalent(Read("""{"model_type":"llama"}"""), Read($$"""{"model_type":"llama",{{fields}}}"""), strict: true);

    private static DecoderArchitecture Read(string json)
    {
        ModelConfig config = ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "/m/config.json");
        return ModelFamilies.Of(config).Read(config);
    }
}
