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
    private const string Merged = "merged.", DownSuffix = ".lora_A.weight";

    private const long Huge = 1_000_000_000;

    public static TheoryData<GoldenCase> Adapters => GoldenCases.Models("adapter_config.json");

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
            foreach (string name in changed) AssertMerged(name, fixture.Tensors.Floats(Merged + name), after.ReadFloat32(name));
            foreach (string name in before.Tensors.Keys.Except(changed)) Assert.Equal(before.ReadFloat32(name), after.ReadFloat32(name));
        }
        using Decoder merged = DecoderLoader.Load(target, CPU);
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(merged.Architecture, TokenBatch.OfSequences(fixture.Sequences), CPU);
        Tensor logits = merged.Logits(merged.FinalNorm.Forward(merged.Forward(pass)).Output);
        Differences.AssertClose("merged_logits", fixture.Tensors.Floats("merged_logits"), logits.data<float>().ToArray(), fixture.Tolerance("logits"));
    }

    /// <summary>One case of each family that no golden adapter is on: families with experts, with fused projections, with norms behind the branches.</summary>
    public static TheoryData<GoldenCase> Families
    {
        get
        {
            HashSet<string> known = [.. GoldenCases.Of(Adapters).Where(GoldenCases.IsSupported)
                .Select(c => ModelGolden.Family(c.File(AdapterConfig.Load(c.Path).BaseModel!)))];
            return new([.. GoldenCases.Of(CheckpointParityTests.Models).DistinctBy(c => ModelGolden.Family(c.Path))
                .Where(c => !known.Contains(ModelGolden.Family(c.Path)))]);
        }
    }

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
        string Message(AdapterConfig other) => Assert.Throws<InvalidDataException>(() => AdapterLoader.Load(decoder, other, reader)).Message;

        TensorEntry[] downs = [.. reader.Tensors.Values.Where(t => t.Name.EndsWith(DownSuffix, StringComparison.Ordinal) && t.Shape[0] == config.Rank)];
        string message = Message(config with { Rank = (int)Huge });
        Assert.Contains(
            downs, t => message.Contains($"'{t.Name}' has shape [{config.Rank}, {t.Shape[1]}]; expected [{Huge}, {t.Shape[1]}].", StringComparison.Ordinal));

        string Module(TensorEntry down) => down.Name[..^DownSuffix.Length].Split('.')[^1];
        string kept = downs.Select(Module).First(module => config.TargetParameters.Count == 0 || config.Targets.Names.Contains(module));
        TensorEntry[] others = [.. downs.Where(t => Module(t) != kept)];
        if (others.Length > 0)
        {
            AdapterTargets targets = AdapterTargets.ByName([kept]);
            if (config.Targets.Layers.Count > 0) targets = targets.InLayers(config.Targets.Layers, config.Targets.LayerContainers);
            message = Message(config with { Targets = targets });
            Assert.Contains(others, t => message.Contains(
                $"Tensor '{t.Name}' belongs to no module that the adapter's configuration names in this model.", StringComparison.Ordinal));
        }
        Assert.Null(decoder.Adapter);
    }

    /// <summary>The sum is rounded once to the float32 of its size.</summary>
    private static void AssertMerged(string name, float[] expected, float[] found) =>
        Differences.AssertClose(name, expected, found, 1e-6 * Math.Max(1, expected.Max(Math.Abs)));

    private static double Loss(ModelGolden golden)
    {
        foreach (Parameter parameter in golden.Decoder.Trainable) parameter.Train();
        var pass = new GradientPass(
            golden.Decoder, new ResponseHead(golden.Decoder, new SimPOLoss(golden.Number("beta"), golden.Number("gamma_beta_ratio"))), recompute: false);
        return pass.Run(PackedBatch.Of(golden.Pairs, golden.Decoder.Architecture), new GroupContext(1.0 / golden.Pairs.Count)).Sum(p => p.Loss.Value);
    }
}
