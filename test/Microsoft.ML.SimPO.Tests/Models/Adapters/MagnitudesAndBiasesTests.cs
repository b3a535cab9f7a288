using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What adapters learn beside low-rank products: lengths of rows, and biases.</summary>
public sealed class MagnitudesAndBiasesTests
{
    private static readonly AdapterConfig Config =
        new() { Rank = 2, Alpha = 4, Targets = AdapterTargets.ByName(["q_proj", "down_proj"]), HasMagnitudes = true };

    [Fact]
    public void A_new_adapter_has_the_lengths_of_the_weights_and_changes_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder plain = RandomDecoder.Make(), adapted = RandomDecoder.Make();
        AdapterInitializer.Attach(adapted, Config, seed: 1);
        Linear expected = new(plain.Layers[0].Parameters.QueryKeyValue), found = new(adapted.Layers[0].Parameters.QueryKeyValue);
        Tensor input = Slopes.Values(1, 1, 5, 32);
        Assert.True((expected.Forward(input) - found.Forward(input)).abs().max().item<float>() < 1e-5);
        LowRankUpdate update = adapted.Layers[0].Parameters.QueryKeyValue.Update!;
        Parameter lengths = update.Parameters.Single(p => p.Parts[0].Name.EndsWith(".lora_magnitude_vector", StringComparison.Ordinal));
        Assert.Equal("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", lengths.Parts[0].Name);
        Assert.Equal(plain.Layers[0].Parameters.QueryKeyValue.Value[0].norm().item<float>(), lengths.Value[0].item<float>(), 1e-5f);
    }

    /// <summary>With a bias, which no length scales; and the merged weight gives the same.</summary>
    [Fact]
    public void The_gradient_of_a_length_is_its_slope()
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder decoder = RandomDecoder.Make(2, RandomDecoder.Ornate);
        RandomAdapter.Attach(decoder, Config);
        LayerParameters layer = decoder.Layers[0].Parameters;
        var linear = new Linear(layer.QueryKeyValue, layer.QueryKeyValueBias);
        LowRankUpdate update = layer.QueryKeyValue.Update!;
        foreach (Parameter parameter in update.Parameters) parameter.Train();
        Parameter lengths = update.Parameters.Last();
        lengths.Value.mul_(1.3);
        Tensor input = Slopes.Values(3, 1, 5, 32), weights = Slopes.Values(4, 1, 5, layer.QueryKeyValue.Shape[0]);
        double Loss() => Slopes.Weighed(linear.Forward(input), weights);
        Tensor gradient = linear.Backward(weights, input);
        Slopes.Check("input", Loss, input, gradient);
        Slopes.Check("lengths", Loss, lengths.Value, lengths.Gradient);
        Tensor merged = update.Merged(layer.QueryKeyValue);
        Tensor same = mm(input, merged.t()) + layer.QueryKeyValueBias!.Value;
        Assert.True((same - linear.Forward(input)).abs().max().item<float>() < 1e-5);
    }

    [Theory]
    [InlineData("lora_only", new[] { "q_proj.base_layer.bias" })]
    [InlineData("all", new[] { "q_proj.base_layer.bias", "k_proj.bias", "v_proj.bias" })]
    public void Biases_that_are_trained_are_held_whole_and_others_stay(string bias, string[] names)
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder decoder = RandomDecoder.Make(2, RandomDecoder.Ornate);
        AdapterConfig config = Config with { HasMagnitudes = false, Bias = bias == "all" ? AdapterBias.All : AdapterBias.Adapted };
        AdapterInitializer.Attach(decoder, config, seed: 1);
        Parameter held = decoder.Layers[0].Parameters.QueryKeyValueBias!;
        Assert.Contains(held, decoder.Trainable);
        Assert.Equal(
            names.Select(n => $"base_model.model.model.layers.0.self_attn.{n}"), LoraAdapter.PartsOf(held).Select(part => LoraAdapter.NameOf(held, part)));
        held.Train();
        var linear = new Linear(decoder.Layers[0].Parameters.QueryKeyValue, held);
        linear.Backward(ones(5, held.Shape[0]), Slopes.Values(3, 1, 5, 32));
        float[] gradient = held.Gradient.data<float>().ToArray();
        Assert.All(gradient.Take(32), g => Assert.Equal(5, g)); // those of q_proj
        Assert.All(gradient.Skip(32), g => Assert.Equal(bias == "all" ? 5 : 0, g));
        string[] written = [.. ParameterSources.Adapter(decoder.Adapter!).Select(s => s.Name).Where(n => n.EndsWith(".bias", StringComparison.Ordinal))];
        Assert.Equal(names.Length * decoder.Layers.Count, written.Length);
    }

    /// <summary>Rows of the embedding that are held apart, of a tied head too: the loss moves with them as with the rows of a merged model.</summary>
    [Fact]
    public void Rows_of_tokens_are_trained_in_the_place_of_the_embeddings()
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder adapted = RandomDecoder.Make(), merged = RandomDecoder.Make();
        int[] ids = [5, 9, 90];
        AdapterInitializer.Attach(adapted, Config with { HasMagnitudes = false, TokenIndices = ids }, seed: 1);
        Parameter rows = adapted.Adapter!.Rows!.Rows;
        Assert.Equal("base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta", rows.Parts[0].Name);
        Assert.Equal(merged.Embedding.Value[9].data<float>().ToArray(), rows.Value[1].data<float>().ToArray());
        rows.Value.add_(Slopes.Values(1, 0.2, rows.Shape));
        for (int i = 0; i < ids.Length; i++) merged.Embedding.Value[ids[i]].copy_(rows.Value[i]);
        (double loss, double expected) = (Loss(adapted), Loss(merged));
        Assert.Equal(expected, loss, 1e-6);
        float[] all = merged.Embedding.Gradient.data<float>().ToArray(), found = rows.Gradient.data<float>().ToArray();
        Differences.AssertClose("gradient", [.. ids.SelectMany(id => all.Skip(id * 32).Take(32))], found, 2e-6);
        Assert.False(adapted.Embedding.IsTrained);
    }

    private static double Loss(Decoder decoder)
    {
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        EncodedPrompt[] pairs = [EncodedPrompt.Pair([5, 3, 9, 4], 2, [5, 3, 7, 90, 2], 2), EncodedPrompt.Pair([1, 9, 5], 1, [1, 8], 1)];
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, new SimPOLoss(2, 0.5)), recompute: false);
        return pass.Run(PackedBatch.Of([.. pairs.Index()], decoder.Architecture), new GroupContext(0.5)).Sum(p => p.Loss.Value);
    }
}
