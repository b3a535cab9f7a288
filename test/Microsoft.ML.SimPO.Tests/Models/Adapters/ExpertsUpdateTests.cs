using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Adapters on the experts of a mixture, and adapters whose base has earlier names than the modules that they were trained on.</summary>
public sealed class ExpertsUpdateTests
{
    private static readonly AdapterConfig All = new() { Rank = 2, Alpha = 4, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) };

    /// <summary>As PEFT converts it: the tensors of all experts, twice the rank where gate and up are one, and the router.</summary>
    [Fact]
    public void All_linear_on_joined_experts_means_their_tensors()
    {
        using Decoder decoder = Load("v5-qwen3_moe-fused");
        AdapterInitializer.Attach(decoder, All, seed: 1);
        LoraAdapter adapter = decoder.Adapter!;
        Assert.Equal(["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"], adapter.Config.Targets.Names); // of dense layers too
        Assert.Equal(["experts.down_proj", "experts.gate_up_proj", "gate.weight"], adapter.Config.TargetParameters);
        Dictionary<string, long[]> shapes = ParameterSources.Adapter(adapter).Where(s => s.Name.Contains("layers.0.mlp", StringComparison.Ordinal))
            .ToDictionary(s => s.Name["base_model.model.model.layers.0.mlp.".Length..], s => s.Shape.ToArray());
        (long experts, long hidden, long inner) = (6, decoder.Architecture.HiddenSize, decoder.Architecture.Layers[0].Experts!.IntermediateSize);
        Assert.Equal(new Dictionary<string, long[]>
        {
            ["gate.lora_A.weight"] = [2, hidden], ["gate.lora_B.weight"] = [experts, 2],
            ["experts.base_layer.lora_A.weight"] = [4 * experts, hidden], ["experts.base_layer.lora_B.weight"] = [2 * inner, 4 * experts],
            ["experts.lora_A.weight"] = [2 * experts, inner], ["experts.lora_B.weight"] = [hidden, 2 * experts],
        }, shapes);
        Assert.Equal(2, adapter.Config.ScalingOf("model.layers.0.mlp.experts.gate_up_proj")); // 8 / 4
        AdapterConfig again = Config(Encoding.UTF8.GetString(adapter.Config.ToJson()));
        Assert.Equal(adapter.Config.TargetParameters, again.TargetParameters);
        Assert.Equal(adapter.Config.ToJson(), again.ToJson());
        using Decoder second = Load("v5-qwen3_moe-fused");
        AdapterLoader.Copy(adapter, second);
        Assert.Equal(adapter.ParameterCount, second.Adapter!.ParameterCount);
    }

    /// <summary>Names of an expert's projections mean the same; others stay what they are.</summary>
    [Theory]
    [InlineData(new[] { "q_proj", "gate_proj", "up_proj", "down_proj" }, new[] { "experts.down_proj", "experts.gate_up_proj" })]
    [InlineData(new[] { "q_proj", "down_proj" }, new[] { "experts.down_proj" })]
    [InlineData(new[] { "q_proj", "v_proj" }, new string[0])]
    public void Names_of_projections_mean_those_of_joined_experts(string[] names, string[] parameters)
    {
        using Decoder decoder = Load("v5-qwen3_moe-fused");
        AdapterInitializer.Attach(decoder, All with { Targets = AdapterTargets.ByName(names) }, seed: 1);
        Assert.Equal(parameters, decoder.Adapter!.Config.TargetParameters);
        Assert.Equal(names, decoder.Adapter.Config.Targets.Names); // one layer is dense
    }

    /// <summary>Whose experts have their inputs first, and whose router has another name.</summary>
    [Fact]
    public void Experts_with_inputs_first_are_updated_too()
    {
        using Decoder decoder = Load("gpt_oss");
        AdapterInitializer.Attach(decoder, All, seed: 1);
        Assert.Equal(["k_proj", "o_proj", "q_proj", "v_proj"], decoder.Adapter!.Config.Targets.Names);
        Assert.Equal(["experts.down_proj", "experts.gate_up_proj", "router.weight"], decoder.Adapter.Config.TargetParameters);
        TensorSource a = ParameterSources.Adapter(decoder.Adapter).First(s => s.Name.EndsWith("experts.base_layer.lora_A.weight", StringComparison.Ordinal));
        Assert.Equal([4 * 4, decoder.Architecture.HiddenSize], a.Shape);
    }

    [Fact]
    public void Parameters_that_there_are_not_or_that_have_no_update_are_named()
    {
        using Decoder decoder = Load("v5-qwen3_moe-fused");
        AdapterConfig config = All with { Targets = AdapterTargets.ByName(["q_proj"]), TargetParameters = ["experts.gate_up", "model.norm.weight"] };
        Assert.Equal(
            "The options: 2 faults.\n"
            + "  A low-rank update of the parameter 'model.norm.weight' is not supported. Take it out of the target parameters.\n"
            + "  The target parameter 'experts.gate_up' is none of the model's. Use names such as mlp.experts.gate_up_proj and mlp.experts.down_proj.",
            Assert.Throws<InvalidDataException>(() => AdapterLayout.Of(decoder, config, "The options", strict: true)).Message);
        Assert.Equal("'/a/adapter_config.json': field 'use_dora' must be false where there are `target_parameters`, as PEFT has it, but is true.",
            Assert.Throws<InvalidDataException>(() => Config("""
                {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_parameters": ["experts.down_proj"], "use_dora": true}
                """)).Message);
    }

    /// <summary>transformers 5 calls the text part `model.language_model` where an older checkpoint has `language_model.model`: PEFT names it so.</summary>
    [Fact]
    public void An_adapter_with_later_names_is_read_onto_a_checkpoint_with_earlier_ones()
    {
        using Decoder trained = Load("gemma3-multimodal"), read = Load("gemma3-multimodal"), own = Load("gemma3-multimodal");
        AdapterConfig config = All with { Targets = AdapterTargets.ByName(["q_proj"]), ModulesToSave = ["model.norm"] };
        RandomAdapter.Attach(trained, config);
        using var folder = new TempFolder();
        TensorSource[] tensors = [.. ParameterSources.Adapter(trained.Adapter!).Select(s => new TensorSource(LaterNameOf(s.Name), s.Shape, s.Write))];
        AdapterFolder.Write(folder.File("later"), config, tensors);
        AdapterLoader.Load(read, folder.File("later"));
        Assert.Equal(Values(trained), Values(read));
        Assert.Equal(tensors.Select(t => t.Name), ParameterSources.Adapter(read.Adapter!).Select(t => t.Name)); // a save has the names that it came with
        Assert.Contains("base_model.model.model.language_model.norm.weight", tensors.Select(t => t.Name));
        AdapterFolder.Write(folder.File("earlier"), config, ParameterSources.Adapter(trained.Adapter!));
        AdapterLoader.Load(own, folder.File("earlier"));
        Assert.Equal(ParameterSources.Adapter(trained.Adapter!).Select(t => t.Name), ParameterSources.Adapter(own.Adapter!).Select(t => t.Name));

        static string LaterNameOf(string name) => name.Replace("language_model.model.", "model.language_model.", StringComparison.Ordinal);
    }

    private static float[][] Values(Decoder decoder) => [.. decoder.Adapter!.Parameters.Select(p => p.Value.data<float>().ToArray())];

    private static AdapterConfig Config(string json) =>
        AdapterConfig.Load(new ModelFiles("/a", [new ModelFile(AdapterConfig.FileName, Encoding.UTF8.GetBytes(json))]));

    private static Decoder Load(string model) => DecoderLoader.Load(Path.Combine(GoldenCases.OwnRoot, "models-v5", model), CPU);
}
