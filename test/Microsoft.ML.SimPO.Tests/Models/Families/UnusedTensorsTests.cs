using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models;

public class UnusedTensorsTests
{
    private static readonly string[] Used = ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight"];

    [Fact]
    public void Buffers_and_the_head_of_a_tied_model_are_no_news()
    {
        string[] unused = ["lm_head.weight", "model.layers.0.self_attn.rotary_emb.inv_freq"];
        Assert.Null(UnusedTensors.Check("/m", unused, Used, tiedHead: "lm_head.weight"));
        Assert.Equal("The checkpoint holds 1 tensors that this model has no part for and that were not read: 'lm_head.weight'.",
            UnusedTensors.Check("/m", unused, Used, tiedHead: null));
    }

    [Fact]
    public void A_bias_that_the_configuration_does_not_know_is_an_error()
    {
        string[] unused = ["model.layers.0.self_attn.q_proj.bias", "score.bias"];
        var error = Assert.Throws<InvalidDataException>(() => UnusedTensors.Check("/m", unused, Used, tiedHead: null));
        Assert.Equal("'/m': Tensor 'model.layers.0.self_attn.q_proj.bias' is the bias of a layer that has none according to config.json.", error.Message);
    }
}
