using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Null in a configuration is what Hugging Face's class computes with it, and never its default; where that fails there it is refused.</summary>
public sealed class NullFieldsTests
{
    private const string All = "llama mistral qwen2 qwen3 gemma gemma2 gemma3_text phi3 olmo2 smollm3 granite mixtral qwen3_moe";

    /// <summary>A field, and the families that cannot compute with a null of it.</summary>
    public static TheoryData<string, string> Refused => new()
    {
        { "vocab_size", All }, { "hidden_size", All }, { "intermediate_size", All }, { "num_hidden_layers", All }, { "num_attention_heads", All },
        { "rms_norm_eps", All }, { "rope_theta", All }, { "partial_rotary_factor", All },
        { "hidden_act", All.Replace("gemma2 gemma3_text ", "", StringComparison.Ordinal) }, { "hidden_activation", "gemma2 gemma3_text" },
        { "head_dim", "qwen3 gemma gemma2 gemma3_text" }, { "num_key_value_heads", "gemma gemma2 gemma3_text" },
        { "sliding_window", "gemma2 gemma3_text" }, { "query_pre_attn_scalar", "gemma2 gemma3_text" }, { "rope_local_base_freq", "gemma3_text" },
        { "sliding_window_pattern", "gemma3_text" }, { "_sliding_window_pattern", "gemma3_text" }, { "no_rope_layer_interval", "smollm3" },
        { "embedding_multiplier", "granite" }, { "attention_multiplier", "granite" }, { "residual_multiplier", "granite" }, { "logits_scaling", "granite" },
        { "num_local_experts", "mixtral" }, { "num_experts_per_tok", "mixtral qwen3_moe" }, { "num_experts", "qwen3_moe" },
        { "moe_intermediate_size", "qwen3_moe" }, { "decoder_sparse_step", "qwen3_moe" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_null_that_nothing_can_be_computed_with_is_refused_by_those_families_and_by_no_other(string field, string families)
    {
        string kind = field.StartsWith("hidden_act", StringComparison.Ordinal) ? "text" : "number";
        string message = $"'/m/config.json': field '{field}' must be a {kind}, but is null. Write the {kind}, or remove the field to have the class's default.";
        Assert.All(All.Split(' '), family =>
        {
            string json = $$"""{"model_type":"{{family}}","{{field}}":null}""";
            if (families.Split(' ').Contains(family)) Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Read(json)).Message);
            else Assert.Equal(family, Read(json).ModelType);
        });
    }

    [Fact]
    public void All_fields_that_must_not_be_null_are_named_at_once() => Assert.Equal(
        """
        '/m/config.json': 2 faults.
          field 'hidden_size' must be a number, but is null. Write the number, or remove the field to have the class's default.
          field 'hidden_act' must be a text, but is null. Write the text, or remove the field to have the class's default.
        """.ReplaceLineEndings("\n"),
        Assert.Throws<InvalidDataException>(() => Read("""{"model_type":"llama","hidden_act":null,"hidden_size":null}""")).Message);

    [Theory]
    [InlineData("dynamic")]
    [InlineData("yarn")]
    [InlineData("longrope")]
    public void Positions_that_are_null_are_without_limit_but_where_angles_depend_on_them(string scaling)
    {
        Assert.Equal(int.MaxValue, Read("""{"model_type":"llama","max_position_embeddings":null}""").MaxPositions);
        const string linear = """{"model_type":"llama","max_position_embeddings":null,"rope_scaling":{"rope_type":"linear","factor":2}}""";
        Assert.Equal(int.MaxValue, Read(linear).Rotaries[0].MaxPositions);
        string json = $$$"""{"model_type":"llama","max_position_embeddings":null,"rope_scaling":{"rope_type":"{{{scaling}}}","factor":2}}""";
        Assert.Equal(
            "'/m/config.json': field 'max_position_embeddings' must be a number, but is null. "
                + "Write the number, or remove the field to have the class's default.",
            Assert.Throws<InvalidDataException>(() => Read(json)).Message);
    }

    [Theory]
    [InlineData("gemma", "", true)]
    [InlineData("gemma", ",\"tie_word_embeddings\":null", false)]
    [InlineData("smollm3", "", true)]
    [InlineData("smollm3", ",\"tie_word_embeddings\":null", false)]
    [InlineData("llama", "", false)]
    [InlineData("llama", ",\"tie_word_embeddings\":null", false)]
    public void A_null_where_the_class_ties_the_head_ties_none(string family, string fields, bool ties) =>
        Assert.Equal(ties, Read($$"""{"model_type":"{{family}}"{{fields}}}""").TiedHead);

    [Theory]
    [InlineData("gemma", "", 0)]
    [InlineData("gemma", ",\"pad_token_id\":null", null)]
    [InlineData("phi3", "", 32_000)]
    [InlineData("phi3", ",\"vocab_size\":512", null)]
    [InlineData("olmo2", "", 1)]
    [InlineData("llama", "", null)]
    public void Padding_that_is_null_is_none_and_that_is_absent_is_that_of_the_class(string family, string fields, int? padding) =>
        Assert.Equal(padding, Read($$"""{"model_type":"{{family}}"{{fields}}}""").PaddingToken);

    [Theory]
    [InlineData("", true)]
    [InlineData(",\"truncate\":null", false)]
    [InlineData(",\"truncate\":true", true)]
    public void The_corrections_of_yarn_are_not_cut_where_that_is_null(string fields, bool cuts) =>
        Assert.Equal(cuts, Read($$$"""{"model_type":"llama","rope_scaling":{"rope_type":"yarn","factor":2{{{fields}}}}}""").Rotaries[0].Truncate);

    [Theory]
    [InlineData("llama", "head_dim", 128, 32)]
    [InlineData("mistral", "head_dim", 128, 8)]
    [InlineData("mixtral", "num_key_value_heads", 128, 32)]
    [InlineData("qwen2", "num_key_value_heads", 128, 32)]
    public void Null_heads_follow_from_the_others(string family, string field, int dimension, int keyValueHeads)
    {
        DecoderArchitecture read = Read($$"""{"model_type":"{{family}}","{{field}}":null}""");
        Assert.Equal((dimension, keyValueHeads), (read.HeadDim, read.KeyValueHeadCount));
    }

    [Theory]
    [InlineData("qwen3", "layer_types")]
    [InlineData("qwen3", "use_sliding_window")]
    [InlineData("qwen3", "rope_scaling")]
    [InlineData("qwen3", "rope_parameters")]
    [InlineData("qwen3", "attention_bias")]
    [InlineData("llama", "mlp_bias")]
    [InlineData("smollm3", "no_rope_layers")]
    [InlineData("qwen3_moe", "mlp_only_layers")]
    [InlineData("qwen3_moe", "norm_topk_prob")]
    [InlineData("gemma3_text", "attn_logit_softcapping")]
    public void A_null_that_says_what_the_default_does_changes_nothing(string family, string field) =>
        Assert.Equivalent(Read($$"""{"model_type":"{{family}}"}"""), Read($$"""{"model_type":"{{family}}","{{field}}":null}"""), strict: true);

    [Fact]
    public void A_base_that_is_null_among_rotary_parameters_is_refused() => Assert.Equal(
        "'/m/config.json': field 'rope_parameters.rope_theta' must be a number, but is null. "
            + "Write the number, or remove the field to have the class's default.",
        Assert.Throws<InvalidDataException>(() => Read("""{"model_type":"qwen3","rope_parameters":{"rope_type":"default","rope_theta":null}}""")).Message);

    private static DecoderArchitecture Read(string json)
    {
        ModelConfig config = ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "/m/config.json");
        return ModelFamilies.Of(config).Read(config);
    }
}
