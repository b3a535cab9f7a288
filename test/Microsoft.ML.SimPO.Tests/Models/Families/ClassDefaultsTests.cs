using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models;

public class ClassDefaultsTests
{
    // As a published Gemma 3 of 4B states it: geometry alone.
    [Fact]
    public void A_sparse_Gemma_3_has_the_defaults_of_its_class()
    {
        DecoderArchitecture gemma =
            Read("""{"model_type":"gemma3_text","hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"sliding_window":1024}""");
        Assert.Equal((262_208, 2560, 10_240, 34, 8, 4, 256),
            (gemma.VocabularySize, gemma.HiddenSize, gemma.IntermediateSize, gemma.Layers.Count, gemma.HeadCount, gemma.KeyValueHeadCount, gemma.HeadDim));
        Assert.Equal((131_072, 1e-6, true, 1.0 / 16), (gemma.MaxPositions, gemma.NormEpsilon, gemma.TiedHead, gemma.AttentionScale));
        Assert.Equal([(1_000_000.0, 131_072), (10_000.0, 131_072)], gemma.Rotaries.Select(r => (r.Base, r.MaxPositions)));
        Assert.Equal(29, gemma.Layers.Count(layer => layer.Window == 1024));
        Assert.Equal((null, null), (gemma.AttentionSoftCap, gemma.LogitsSoftCap));
    }

    [Theory]
    [InlineData("llama", 32_000, 32, 32, 2048, 1e-6)]
    [InlineData("mistral", 32_000, 32, 8, 131_072, 1e-6)]
    [InlineData("qwen2", 151_936, 32, 32, 32_768, 1e-6)]
    [InlineData("gemma2", 256_000, 26, 4, 8192, 1e-6)]
    [InlineData("phi3", 32_064, 32, 32, 4096, 1e-5)]
    [InlineData("mixtral", 32_000, 32, 8, 131_072, 1e-5)]
    [InlineData("smollm3", 128_256, 36, 4, 32_768, 1e-6)]
    public void A_configuration_that_names_its_family_alone_is_that_of_the_class(
        string type, int vocabulary, int layers, int keyValueHeads, int positions, double epsilon)
    {
        DecoderArchitecture read = Read($$"""{"model_type":"{{type}}"}""");
        Assert.Equal((vocabulary, layers, keyValueHeads, positions, epsilon),
            (read.VocabularySize, read.Layers.Count, read.KeyValueHeadCount, read.MaxPositions, read.NormEpsilon));
    }

    [Theory]
    [InlineData("mistral", "", 4096)]
    [InlineData("mistral", ",\"sliding_window\":null", null)]
    [InlineData("mistral", ",\"sliding_window\":128", 128)]
    [InlineData("mixtral", "", null)]
    [InlineData("phi3", "", null)]
    [InlineData("qwen2", ",\"use_sliding_window\":true,\"max_window_layers\":0", 4096)]
    [InlineData("qwen2", ",\"use_sliding_window\":true,\"max_window_layers\":0,\"sliding_window\":null", null)]
    [InlineData("qwen2", ",\"max_window_layers\":0", null)]
    public void A_window_that_is_null_is_none_and_one_that_is_absent_is_that_of_the_class(string type, string fields, int? window) =>
        Assert.All(Read($$"""{"model_type":"{{type}}"{{fields}}}""").Layers, layer => Assert.Equal(window, layer.Window));

    [Theory]
    [InlineData("", 50.0, 30.0)]
    [InlineData(",\"attn_logit_softcapping\":null,\"final_logit_softcapping\":null", null, null)]
    [InlineData(",\"attn_logit_softcapping\":20.0", 20.0, 30.0)]
    public void Caps_that_are_null_are_none(string fields, double? attention, double? logits)
    {
        DecoderArchitecture gemma = Read($$"""{"model_type":"gemma2"{{fields}}}""");
        Assert.Equal((attention, logits), (gemma.AttentionSoftCap, gemma.LogitsSoftCap));
    }

    [Fact]
    public void Null_key_value_heads_are_as_many_as_heads() =>
        Assert.Equal(32, Read("""{"model_type":"mistral","num_key_value_heads":null}""").KeyValueHeadCount);

    [Fact]
    public void Dynamic_scaling_may_name_the_original_positions_and_goes_by_its_own()
    {
        RotaryArchitecture rotary = Assert.Single(
            Read("""{"model_type":"llama","max_position_embeddings":64,"rope_scaling":{"rope_type":"dynamic","factor":"""
                + """2.0,"original_max_position_embeddings":32}}""").Rotaries);
        Assert.Equal((RotaryScaling.Dynamic, 2.0, 64), (rotary.Scaling, rotary.Factor, rotary.MaxPositions));
    }

    [Theory]
    [InlineData("-1", 31_999)]
    [InlineData("7", 7)]
    [InlineData("null", null)]
    public void A_padding_id_below_0_counts_from_the_last_row(string id, int? row) =>
        Assert.Equal(row, Read($$"""{"model_type":"llama","pad_token_id":{{id}}}""").PaddingToken);

    private static DecoderArchitecture Read(string json)
    {
        ModelConfig config = ModelConfig.Parse(Encoding.UTF8.GetBytes(json), "/m/config.json");
        return ModelFamilies.Of(config).Read(config);
    }
}
