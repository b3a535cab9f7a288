using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>A golden adapter that is merged into a checkpoint gives PEFT's weights and logits.</summary>
[Trait("Category", "Parity")]
public sealed class AdapterParityTests
{
    private const string Merged = "merged.";

    private static readonly string[] Peculiar = ["mixtral", "qwen3_moe", "phi3", "olmo2", "gemma2"];

    public static TheoryData<GoldenCase> Adapters => GoldenCases.Folders("models", "adapter_config.json");

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void A_merged_checkpoint_has_the_weights_and_logits_of_PEFT(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new ModelGolden(golden);
        using var folder = new TempFolder();
        string source = golden.File(AdapterConfig.Load(golden.Path).BaseModel!), target = folder.File("merged");
        new CheckpointWriter(source).Write(target, ParameterSources.Merged(fixture.Decoder));
        using (CheckpointReader before = CheckpointReader.Open(source), after = CheckpointReader.Open(target))
        {
            Assert.Equal(before.Tensors.Keys.Order(), after.Tensors.Keys.Order());
            string[] changed = [.. fixture.Tensors.Names.Where(n => n.StartsWith(Merged, StringComparison.Ordinal)).Select(n => n[Merged.Length..])];
            Assert.NotEmpty(changed);
            foreach (string name in changed) Differences.AssertClose(name, fixture.Tensors.Floats(Merged + name), after.ReadFloat32(name), 1e-6);
            foreach (string name in before.Tensors.Keys.Except(changed)) Assert.Equal(before.ReadFloat32(name), after.ReadFloat32(name));
        }
        using Decoder merged = DecoderLoader.Load(target, CPU);
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(merged.Architecture, TokenBatch.OfSequences(fixture.Sequences), CPU);
        Tensor logits = merged.Logits(merged.FinalNorm.Forward(merged.Forward(pass)).Output);
        Differences.AssertClose("merged_logits", fixture.Tensors.Floats("merged_logits"), logits.data<float>().ToArray(), fixture.Tolerance("logits"));
    }

    /// <summary>Families with experts, with fused projections, with norms behind the branches: goldens of adapters on them there are none.</summary>
    public static TheoryData<GoldenCase> Families =>
        new([.. GoldenCases.Roots.SelectMany(root => Peculiar.Select(name => new GoldenCase(root, "models", name))).Where(c => Directory.Exists(c.Path))]);

    [SkippableTheory]
    [MemberData(nameof(Families))]
    public void An_adapter_on_any_family_computes_what_its_merged_weights_do(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        var config = new AdapterConfig { Rank = 2, Alpha = 2, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) };
        using ModelGolden adapted = new(golden), merged = new(golden);
        RandomAdapter.Attach(adapted.Decoder, config, size: 0.05);
        RandomAdapter.MergeInto(merged.Decoder, adapted.Decoder);
        Assert.Equal(Loss(merged), Loss(adapted), 1e-4);
        RandomAdapter.CheckGradients(adapted.Decoder, merged.Decoder, config);
    }

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_goes_through_the_decoder_byte_for_byte(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using var fixture = new ModelGolden(golden);
        using var folder = new TempFolder();
        LoraAdapter adapter = fixture.Decoder.Adapter!;
        AdapterFolder.Write(folder.File("adapter"), adapter.Config, ParameterSources.Adapter(adapter));
        Assert.Equal(File.ReadAllBytes(golden.File(AdapterFolder.WeightsName)), File.ReadAllBytes(folder.File("adapter", AdapterFolder.WeightsName)));
    }

    [SkippableTheory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_that_does_not_fit_is_refused_with_all_its_faults(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        AdapterConfig config = AdapterConfig.Load(golden.Path);
        using Decoder decoder = DecoderLoader.Load(golden.File(config.BaseModel!), CPU);
        using CheckpointReader reader = AdapterFolder.OpenWeights(golden.Path);
        string message = Assert.Throws<InvalidDataException>(() => AdapterLoader.Load(decoder, config with { Rank = 1_000_000_000 }, reader)).Message;
        Assert.Contains("'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight' has shape [4, 48]; expected [1000000000, 48].", message, StringComparison.Ordinal);
        message = Assert.Throws<InvalidDataException>(() => AdapterLoader.Load(decoder, config with { Targets = AdapterTargets.ByName(["q_proj"]) }, reader)).Message;
        Assert.Contains("Tensor 'base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight' belongs to no module that the adapter's configuration names in this model.", message, StringComparison.Ordinal);
        Assert.Null(decoder.Adapter);
    }

    private static double Loss(ModelGolden golden)
    {
        foreach (Parameter parameter in golden.Decoder.Trainable) parameter.Train();
        var pass = new GradientPass(golden.Decoder, new ResponseHead(golden.Decoder, new SimPOLoss(golden.Number("beta"), golden.Number("gamma_beta_ratio"))), recompute: false);
        return pass.Run(PackedBatch.Of(golden.Pairs, golden.Decoder.Architecture), new GroupContext(1.0 / golden.Pairs.Count)).Sum(p => p.Loss.Value);
    }
}
