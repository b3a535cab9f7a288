using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Generation.Cpu;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Weights that are there only while they are used do what weights do that are always there, to the last bit.</summary>
public sealed class WeightStorageTests
{
    private static readonly EncodedPrompt[] Pairs = [.. RandomPairs.Make(3), .. RandomPairs.Corners().Values];

    private static readonly AdapterConfig Lora = new()
    {
        Rank = 3, Alpha = 6, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear), ModulesToSave = ["model.norm"],
    };

    private static readonly string[] Models = ["plain", "ornate", "experts"];

    public static TheoryData<string, bool, bool> Trainings
    {
        get
        {
            var cases = new TheoryData<string, bool, bool>();
            foreach (string model in Models)
                foreach (bool recompute in new[] { false, true })
                    foreach (bool adapter in new[] { false, true }) cases.Add(model, recompute, adapter);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Training_gives_the_same_losses_norms_and_weights(string model, bool recompute, bool adapter)
    {
        using Decoder resident = Resident(model);
        var counter = new PassingStorage.Counter();
        using Decoder passing = Passing(resident, counter);
        if (adapter)
        {
            AdapterInitializer.Attach(resident, Lora, seed: 4);
            AdapterInitializer.Attach(passing, Lora, seed: 4);
        }
        List<TrainingProgress> expected = Train(resident, recompute);
        counter.MostInside = 0;
        List<TrainingProgress> found = Train(passing, recompute);
        Assert.Equal(8, expected.Count);
        Assert.Equal(expected.Select(p => (p.Loss, p.GradientNorm, p.Margin)), found.Select(p => (p.Loss, p.GradientNorm, p.Margin)));
        Assert.True(expected[^1].Loss < expected[0].Loss);
        Assert.Equal(Values(resident), Values(passing));
        Assert.Equal(Scores(resident), Scores(passing));
        Assert.True(counter.Ready > 0 && counter.Expected > 0);
        // One unit at a time: a tied head is entered with its norm, a layer with what an adapter puts on each of its matrices, four of them or, with four
        // experts, eleven.
        Assert.InRange(counter.MostInside, 1, !adapter ? 2 : model == "experts" ? 12 : 5);
        Assert.Equal(0, counter.Inside);
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("plain", true)]
    [InlineData("ornate", false)]
    [InlineData("ornate", true)]
    public void Scores_and_tokens_are_the_same(string model, bool adapter)
    {
        using Decoder resident = Resident(model);
        var counter = new PassingStorage.Counter();
        using Decoder passing = Passing(resident, counter);
        if (adapter)
        {
            RandomAdapter.Attach(resident, Lora with { ModulesToSave = [] });
            RandomAdapter.Attach(passing, Lora with { ModulesToSave = [] });
        }
        Assert.Equal(Scores(resident), Scores(passing));
        foreach (bool torchAlone in new[] { false, true })
        {
            Assert.True(CpuStep.Supports(passing));
            int entered = counter.Entered;
            Assert.Equal(Tokens(resident, torchAlone), Tokens(passing, torchAlone));
            // Every step goes through embedding, both layers (and what an adapter puts on their four matrices) and head (with its norm) anew.
            Assert.InRange(counter.Entered - entered, (adapter ? 12 : 4) * 20, (adapter ? 13 : 5) * 22);
        }
        Assert.InRange(counter.MostInside, 1, adapter ? 5 : 2);
    }

    /// <summary>Every unit of a pass is entered once forward and once backward, and says once that its gradients are there.</summary>
    [Fact]
    public void A_pass_enters_each_unit_in_turn()
    {
        using Decoder resident = Resident("ornate");
        var counter = new PassingStorage.Counter();
        using Decoder passing = Passing(resident, counter);
        foreach (Parameter parameter in passing.Parameters) parameter.Train();
        using var pass = new GradientPass(passing, new ResponseHead(passing, new SimPOLoss(2, 0.5)), recompute: false);
        (counter.Entered, counter.Expected, counter.Ready, counter.MostInside) = (0, 0, 0, 0);
        pass.Run(PackedBatch.Of([.. Pairs.Select((p, i) => (i, p))], passing.Architecture), new GroupContext(1.0 / Pairs.Length));
        // Forward embedding and two layers, then backward head, layers and embedding. All but the first are told of beforehand; the head is, although it is
        // entered to go backward.
        Assert.Equal((3 + 4, 3 + 3, 4, 1), (counter.Entered, counter.Expected, counter.Ready, counter.MostInside));
    }

    /// <summary>Saving, the state of a run and the best model read and write what is not there outside of a use.</summary>
    [Fact]
    public void Weights_are_read_and_written_through_the_same_door()
    {
        using var folder = new TempFolder();
        using Decoder resident = Resident("plain");
        using Decoder passing = Passing(resident, new PassingStorage.Counter());
        TrainedWeights.Write(folder.Path, passing.Parameters);
        Assert.Equal(Values(resident), Values(passing));
        foreach (Parameter parameter in passing.Parameters)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Write);
            parameter.Value.zero_();
        }
        Assert.All(Values(passing), v => Assert.All(v, x => Assert.Equal(0, x)));
        TrainedWeights.Read(folder.Path, passing.Parameters);
        Assert.Equal(Values(resident), Values(passing));
    }

    /// <summary>What is saved of a model with an adapter: its base, the sums of both, the adapter's own.</summary>
    [Fact]
    public void What_is_saved_is_the_same()
    {
        using Decoder resident = Resident("ornate"), passing = Passing(resident, new PassingStorage.Counter());
        foreach (Decoder decoder in new[] { resident, passing }) RandomAdapter.Attach(decoder, Lora);
        Assert.Equal(Saved(ParameterSources.Merged(resident)), Saved(ParameterSources.Merged(passing)));
        Assert.Equal(Saved(ParameterSources.Base(resident)), Saved(ParameterSources.Base(passing)));
        Assert.Equal(Saved(ParameterSources.Adapter(resident.Adapter!)), Saved(ParameterSources.Adapter(passing.Adapter!)));
        Assert.Equal(FrozenWeights.Sample(resident), FrozenWeights.Sample(passing));
        Assert.NotEqual(Saved(ParameterSources.Merged(resident)), Saved(ParameterSources.Base(resident)));
    }

    private static byte[] Saved(IReadOnlyList<TensorSource> tensors)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, CheckpointType.Float32);
        return stream.ToArray();
    }

    private static Decoder Resident(string model) => RandomDecoder.Make(3, model switch
    {
        "plain" => null,
        "ornate" => RandomDecoder.Ornate,
        _ => RandomDecoder.Architecture with
        {
            Layers = [new LayerArchitecture(null, 0, new ExpertArchitecture(4, 2, 24, true)), new LayerArchitecture(null, 0)],
        },
    });

    /// <summary>The same weights in storages that give them for a use alone.</summary>
    private static Decoder Passing(Decoder source, PassingStorage.Counter counter)
    {
        var names = new LayerNames { MlpNorm = "pre_feedforward_layernorm" };
        var passing = new Decoder(source.Architecture, names, CPU, weights => new PassingStorage(weights.Select(w => w.Shape), counter));
        foreach ((Parameter from, Parameter to) in source.Parameters.Zip(passing.Parameters))
        {
            using WeightLease lease = to.Enter(WeightUse.Write);
            to.Value.copy_(from.Value);
        }
        return passing;
    }

    private static List<TrainingProgress> Train(Decoder decoder, bool recompute)
    {
        List<TrainingProgress> steps = [];
        var settings = new TrainingSettings
        {
            LearningRate = 3e-3, MaxGradNorm = 0.5, AdamW = new AdamWSettings(0.1),
            Plan = ComputePlan.On(CPU) with { Recompute = recompute, TokensPerPass = 70 },
        };
        new TrainingLoop(decoder, new SimPOLoss(2, 0.5), settings).Run(Pairs, new StepPlanner(Pairs, 6, int.MaxValue).Plan(4, null), steps.Add);
        return steps;
    }

    private static float[] Scores(Decoder decoder) =>
        [.. new GroupScorer(decoder).Score(Pairs).SelectMany(s => new[] { (float)s.Chosen.Mean, (float)s.Rejected.Mean })];

    private static int[][] Tokens(Decoder decoder, bool torchAlone) => new TokenGenerator(decoder, []) { ThroughTorchAlone = torchAlone }
        .Generate([[1, 2, 3], [4, 5, 6, 7, 8]], new GenerationOptions { MaxNewTokens = 20 });

    private static float[][] Values(Decoder decoder) => [.. decoder.Parameters.Concat(decoder.Trainable).Distinct().Select(p =>
    {
        using WeightLease lease = p.Enter(WeightUse.Read);
        return p.Value.data<float>().ToArray();
    })];
}
