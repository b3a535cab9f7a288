using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models;

public class ConfigCheckTests
{
    public static TheoryData<string> PublicModels => [.. PublicConfigs.All.Keys];

    [Theory]
    [MemberData(nameof(PublicModels))]
    public void Published_configurations_are_read_and_nothing_in_them_is_unknown(string model)
    {
        ModelConfig config = Parse(PublicConfigs.All[model]);
        ModelFamily family = ModelFamilies.Of(config);
        string[] expected = model switch
        {
            "Granite 3.1 2B" => ["config.json: 'attention_dropout' is 0.1; training here has neither dropout, noise nor a router's loss."],
            "Phi-3 mini" or "Phi-4 mini" => ["config.json names code of the model's own (auto_map). It is not run: the built-in family 'phi3' computes."],
            _ => [],
        };
        Assert.Equal(expected, ConfigCheck.Run(family, config));
        Assert.Equal(config.GetInt32("num_hidden_layers"), family.Read(config).Layers.Count);
    }

    public static TheoryData<string> LaterModels => [.. LaterConfigs.All.Keys];

    /// <summary>All that is said of them is about dropout, which training here has not.</summary>
    [Theory]
    [MemberData(nameof(LaterModels))]
    public void Published_configurations_of_later_families_are_read(string model)
    {
        ModelConfig config = Parse(LaterConfigs.All[model]);
        ModelFamily family = ModelFamilies.Of(config);
        Assert.All(ConfigCheck.Run(family, config), note => Assert.EndsWith("training here has neither dropout, noise nor a router's loss.", note));
        DecoderArchitecture read = family.Read(config);
        Assert.Equal(config.GetInt32("num_hidden_layers"), read.Layers.Count);
        if (model == "LFM2 1.2B") Assert.Equal((8192, 10), (read.IntermediateSize, read.Layers.Count(l => l.Convolution is not null)));
        if (model == "OLMo 3 7B") Assert.Equal([(500_000.0, 1.2079441541679836), (500_000, 1)], read.Rotaries.Select(r => (r.Base, r.AttentionFactor)));
        if (model == "Command R7B") Assert.Equal((4.0, 8), (read.LogitsScaling, read.Layers.Count(l => l.Rotary is null)));
    }

    [Fact]
    public void An_unknown_family_is_refused_by_name()
    {
        var error = Assert.Throws<NotSupportedException>(() => ModelFamilies.Of(Parse("""{"model_type":"rwkv9"}""")));
        Assert.StartsWith(
            "'/m/config.json': model_type 'rwkv9' is not supported. The nearest that is: 'qwen2'. Supported are llama, mistral, qwen2, qwen3, ", error.Message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            $", {string.Join(", ", ModelFamilies.ModelTypes.Skip(4))}, and the text part of {string.Join(", ", TextConfig.ModelTypes)}.", error.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"rms_norm_eps\":-1", "field 'rms_norm_eps' must be greater than 0, but is -1.")]
    [InlineData("\"rms_norm_eps\":0", "field 'rms_norm_eps' must be greater than 0, but is 0.")]
    [InlineData("\"rms_norm_eps\":2", "field 'rms_norm_eps' must be at most 1, but is 2.")]
    [InlineData("\"rms_norm_eps\":1e-39",
        "field 'rms_norm_eps' must be a number that float32 can hold (0, or 1.2E-38 to 3.4E+38 in size), but is 1e-39.")]
    [InlineData("\"rope_theta\":1e-300",
        "field 'rope_theta' must be a number that float32 can hold (0, or 1.2E-38 to 3.4E+38 in size), but is 1e-300.")]
    [InlineData("\"rope_theta\":1e39", "field 'rope_theta' must be a number that float32 can hold (0, or 1.2E-38 to 3.4E+38 in size), but is 1e39.")]
    [InlineData("\"rope_theta\":1e-37", "with rope_theta 1E-37 and the fields of its scaling the rotary embedding has angles that are no finite numbers. "
        + "They must be such that every position of the longest sequence has an angle.")]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":0}", "with rope_theta 500000 and the fields of its scaling the rotary embedding has "
        + "angles that are no finite numbers. They must be such that every position of the longest sequence has an angle.")]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":-2}", "with rope_theta 500000 and the fields of its scaling the rotary embedding has "
        + "angles that are no finite numbers. They must be such that every position of the longest sequence has an angle.")]
    [InlineData("\"num_attention_heads\":65536,\"head_dim\":65536", "field 'num_attention_heads' must be such that all heads have at most 16777216 dimensions "
        + "together; with head_dim 65536 they have 4296015872, but is 65536.")]
    public void A_number_that_the_computation_cannot_hold_is_refused(string json, string fault)
    {
        ModelConfig config = Parse(PublicConfigs.LlamaWith(json));
        var error = Assert.Throws<InvalidDataException>(() => ModelFamilies.Of(config).Read(config));
        Assert.Equal($"'/m/config.json': {fault}", error.Message);
    }

    [Theory]
    [InlineData("\"rope_interleaved\":true", "rope_interleaved", "true", "rope")]
    [InlineData("\"attn_logit_softcapping\":50.0", "attn_logit_softcapping", "50.0", "attn")]
    [InlineData("\"qk_layernorm\":true", "qk_layernorm", "true", "norm")]
    [InlineData("\"logit_scale\":0.5", "logit_scale", "0.5", "scale")]
    [InlineData("\"final_cap\":30", "final_cap", "30", "cap")]
    [InlineData("\"sliding_window\":4096", "sliding_window", "4096", "sliding")]
    [InlineData("\"hidden_activation\":\"relu\"", "hidden_activation", "\"relu\"", "activation")]
    [InlineData("\"lm_head_bias\":true", "lm_head_bias", "true", "bias")]
    [InlineData("\"num_experts\":4", "num_experts", "4", "experts")]
    [InlineData("\"embedding_multiplier\":2", "embedding_multiplier", "2", "multiplier")]
    [InlineData("\"partial_rotary_factor\":0.5", "partial_rotary_factor", "0.5", "rotary")]
    public void A_field_that_may_change_the_computation_is_refused(string json, string field, string value, string word)
    {
        ModelConfig config = Parse(PublicConfigs.LlamaWith(json));
        var error = Assert.Throws<InvalidDataException>(() => ConfigCheck.Run(ModelFamilies.Of(config), config));
        Assert.StartsWith($"'/m/config.json': field '{field}' is set to {value}, which family 'llama' does not have, and its name speaks of '{word}",
            error.Message, StringComparison.Ordinal);
        Assert.EndsWith("it may change what the model computes. Remove it if it is known to have no effect.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_refused_fields_are_named_at_once()
    {
        ModelConfig config = Parse(PublicConfigs.LlamaWith("""
            "quantization_config":{"quant_method":"awq"},"is_encoder_decoder":true,"attention_chunk_size":8192,
            "attn_temperature_tuning":false,"no_rope_layers":[]
            """));
        var error = Assert.Throws<InvalidDataException>(() => ConfigCheck.Run(ModelFamilies.Of(config), config));
        Assert.Equal(
            """
            '/m/config.json': 3 faults.
              field 'quantization_config' is set to {"quant_method":"awq"}. Quantised checkpoints cannot be tuned; use the unquantised model.
              field 'is_encoder_decoder' is set to true. Only decoders can be tuned.

            """ + "  field 'attention_chunk_size' is set to 8192, which family 'llama' does not have, and its name speaks of 'attention': it may change "
            + "what the model computes. Remove it if it is known to have no effect.", error.Message);
    }

    [Fact]
    public void Other_fields_that_are_set_are_named()
    {
        ModelConfig config =
            Parse(PublicConfigs.LlamaWith("\"layer_types\":[\"full_attention\"],\"properties\":{\"a\":1},\"empty\":[],\"off\":false,\"none\":null"));
        Assert.Equal(
            [
                "config.json: field 'layer_types' is set to [\"full_attention\"], which is not known and has no effect here.",
                "config.json: field 'properties' is set to {\"a\":1}, which is not known and has no effect here.",
            ],
            ConfigCheck.Run(ModelFamilies.Of(config), config));
    }

    private static ModelConfig Parse(string json) => ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "/m/config.json");
}
