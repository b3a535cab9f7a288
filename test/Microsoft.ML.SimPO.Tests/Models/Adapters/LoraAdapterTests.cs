using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

public sealed class LoraAdapterTests
{
    private static readonly EncodedPrompt[] Pairs = RandomPairs.Make(3);

    private static readonly AdapterConfig All = new() { Rank = 3, Alpha = 6, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) };

    /// <summary>An adapted model computes what one with merged weights does, and dL/dA = s B^T dL/dW, dL/dB = s dL/dW A^T.</summary>
    [Theory]
    [InlineData(false, new int[0])]
    [InlineData(true, new int[0])]
    [InlineData(false, new[] { 1 })]
    [InlineData(true, new[] { 1 })]
    public void Scores_and_gradients_are_those_of_the_merged_weights(bool recompute, int[] layers)
    {
        AdapterConfig config = All with
        {
            Targets = AdapterTargets.ByName(["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"]).InLayers(layers, []),
            RankPattern = ModuleNumbers.Of([KeyValuePair.Create("v_proj", 2.0)]),
            AlphaPattern = ModuleNumbers.Of([KeyValuePair.Create("1.mlp.up_proj", 1.0)]),
            RankStabilized = true,
        };
        using Decoder adapted = RandomDecoder.Make(architecture: RandomDecoder.Ornate), merged = RandomDecoder.Make(architecture: RandomDecoder.Ornate);
        RandomAdapter.Attach(adapted, config);
        RandomAdapter.MergeInto(merged, adapted);
        double loss = Gradients(adapted, recompute), expected = Gradients(merged, recompute: false);
        Assert.Equal(expected, loss, 1e-5);
        RandomAdapter.CheckGradients(adapted, merged, config);
        Assert.All(adapted.Parameters, p => Assert.False(p.IsTrained));
    }

    [Fact]
    public void A_new_adapter_changes_nothing_and_depends_on_seed_and_names_alone()
    {
        using Decoder plain = RandomDecoder.Make(), one = RandomDecoder.Make(), other = RandomDecoder.Make(), third = RandomDecoder.Make();
        AdapterInitializer.Attach(one, All, seed: 7);
        AdapterInitializer.Attach(other, All with { Targets = AdapterTargets.ByName(["down_proj"]) }, seed: 7);
        AdapterInitializer.Attach(third, All, seed: 8);
        Assert.Equal(Scores(plain), Scores(one));
        Dictionary<string, float[]> first = Values(one), second = Values(other);
        Assert.Equal(14 * 2, first.Count);
        Assert.All(second, pair => Assert.Equal(first[pair.Key], pair.Value));
        Assert.NotEqual(
            first["base_model.model.model.layers.0.mlp.down_proj.lora_A.weight"], Values(third)["base_model.model.model.layers.0.mlp.down_proj.lora_A.weight"]);
        foreach ((string name, float[] values) in first)
        {
            if (name.EndsWith("lora_B.weight", StringComparison.Ordinal))
            {
                Assert.All(values, v => Assert.Equal(0, v));
                continue;
            }
            // Uniform in +-1 / sqrt(in): the largest of n comes near the bound, the mean square is a third of its square.
            double bound = 1 / Math.Sqrt(values.Length / 3.0);
            Assert.InRange(values.Max(Math.Abs), 0.9 * bound, bound);
            Assert.InRange(values.Average(v => (double)v * v) * 3 / (bound * bound), 0.7, 1.3);
        }
    }

    [Fact]
    public void Training_holds_gradients_and_moments_for_the_adapter_alone_and_leaves_the_base_as_it_was()
    {
        using Decoder decoder = RandomDecoder.Make();
        float[][] weights = [.. decoder.Parameters.Select(p => p.Value.data<float>().ToArray())];
        AdapterInitializer.Attach(decoder, All, seed: 7);
        long before = LiveTensors.CountWithoutGarbage(), during = 0;
        List<TrainingProgress> steps = [];
        new TrainingLoop(decoder, new SimPOLoss(2, 0.5), new TrainingSettings { LearningRate = 1e-2, Scheduler = LearningRateScheduler.Constant })
            .Run(Pairs, new StepPlanner(Pairs, 3, int.MaxValue).Plan(20, null), step =>
            {
                during = LiveTensors.Count;
                steps.Add(step);
                Assert.All(decoder.Parameters, p => Assert.False(p.IsTrained));
                Assert.All(decoder.Trainable, p => Assert.True(p.IsTrained));
            });
        Assert.Equal(before, LiveTensors.Count);
        // A gradient, two moments and a count of steps for each; A of q, k, v and of gate, up are one.
        Assert.Equal(2 * (4 + 7), decoder.Trainable.Count);
        Assert.InRange(during - before, 1, (4 * decoder.Trainable.Count) + 8); // the optimizer may have some of its own
        Assert.True(steps[^1].Loss < 0.7 * steps[0].Loss);
        Assert.All(decoder.Parameters.Zip(weights), p => Assert.Equal(p.Second, p.First.Value.data<float>().ToArray()));
    }

    [Fact]
    public void The_optimizer_holds_two_moments_of_the_adapter_and_none_of_the_base()
    {
        using Decoder decoder = RandomDecoder.Make();
        AdapterInitializer.Attach(decoder, All, seed: 7);
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        using var optimizer = new AdamW(decoder.Trainable, new AdamWSettings());
        // Rank 3 in two layers of width 32 and 48: A reads q, k, v, o, gate, up (32) and down (48); B writes 32, 16, 16, 32, 48, 48, 32.
        long adapter = 2 * 3 * ((6 * 32) + 48 + 32 + 16 + 16 + 32 + 48 + 48 + 32);
        Assert.Equal(adapter, decoder.Adapter!.ParameterCount);
        Assert.Equal(2 * 4 * adapter, optimizer.Moments.Sum(m => (m.First.numel() * m.First.ElementSize) + (m.Second.numel() * m.Second.ElementSize)));
        Assert.Equal(4 * adapter, decoder.Trainable.Sum(p => p.Gradient.numel() * p.Gradient.ElementSize));
        Assert.All(decoder.Parameters, p => Assert.Throws<InvalidOperationException>(() => p.Gradient));
    }

    [Fact]
    public void Decoders_share_memory_until_one_is_trained_and_the_last_frees_it()
    {
        long before = LiveTensors.CountWithoutGarbage();
        Decoder source = RandomDecoder.Make();
        float[] expected = Scores(source);
        using (Decoder frozen = source.Share(), tuned = source.Share())
        {
            AdapterInitializer.Attach(frozen, All with { ModulesToSave = ["model.norm"] }, seed: 1);
            Assert.Equal(Places(source), Places(frozen, p => p.Base));
            Assert.Equal(Places(source), Places(tuned));
            Train(frozen);
            Train(tuned);
            Assert.Equal(expected, Scores(source));
            Assert.Equal(Places(source), Places(frozen, p => p.Base));
            Assert.Empty(Places(source).Intersect(Places(tuned)));
            Assert.NotEqual(expected, Scores(frozen));
            Assert.NotEqual(expected, Scores(tuned));

            using (Decoder last = frozen.Share())
            {
                source.Dispose();
                Assert.Equal(expected, Scores(last)); // the base, without the adapter and the norm that it holds
                nint[] places = Places(tuned);
                Train(tuned); // the only one that holds its weights: nothing is copied
                Assert.Equal(places, Places(tuned));
            }
        }
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void What_an_adapter_cannot_hold_is_told_all_at_once()
    {
        using Decoder decoder = RandomDecoder.Make();
        AdapterConfig config =
            All with { Targets = AdapterTargets.ByName(["q_proj", "lm_head", "c_attn"]), ModulesToSave = ["embed_tokens", "k_proj", "score"] };
        string message = Assert.Throws<InvalidDataException>(() => AdapterInitializer.Attach(decoder, config, 1)).Message;
        Assert.Equal("The options of LoRA do not fit the model: 6 faults." +
            "\n  A low-rank update of 'lm_head' is not supported. Take it out of the target modules, and name it among the modules that are saved whole if it "
                + "is to be trained." +
            "\n  The target module 'c_attn' is none of the model's linear layers, which are q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj." +
            "\n  'model.embed_tokens' cannot be saved whole: the model's head is tied to it (`tie_word_embeddings`), and training a copy would untie the two." +
            "\n  'model.layers.0.self_attn.k_proj' cannot be saved whole without 'model.layers.0.self_attn.q_proj', 'model.layers.0.self_attn.v_proj': they "
                + "are one matrix. Name all of them, or make them target modules." +
            "\n  'model.layers.1.self_attn.k_proj' cannot be saved whole without 'model.layers.1.self_attn.q_proj', 'model.layers.1.self_attn.v_proj': they "
                + "are one matrix. Name all of them, or make them target modules." +
            "\n  The module to save 'score' is none of the model's. Use embed_tokens, lm_head, or the name of a norm.",
            message);
        Assert.Null(decoder.Adapter);
    }

    /// <summary>Of a new one nothing but a number says how large it is.</summary>
    [Fact]
    public void A_rank_that_no_memory_holds_is_told_before_anything_is_allocated()
    {
        using Decoder decoder = RandomDecoder.Make();
        long before = LiveTensors.Count;
        Assert.Matches(@"^The options of LoRA do not fit the model: an adapter of rank 2147483647 takes \d+\.\d GiB as float32, but this process may have "
            + @"\d+\.\d GiB at most\. Use a lower rank\.$",
            Assert.Throws<InvalidDataException>(() => AdapterInitializer.Attach(decoder, All with { Rank = int.MaxValue }, 1)).Message);
        Assert.Equal(before, LiveTensors.Count);
    }

    private static double Gradients(Decoder decoder, bool recompute)
    {
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        using var pass = new GradientPass(decoder, new ResponseHead(decoder, new SimPOLoss(2, 0.5)), recompute);
        return pass.Run(PackedBatch.Of([.. Pairs.Select((p, i) => (i, p))], decoder.Architecture), new GroupContext(1.0 / Pairs.Length)).Sum(p => p.Loss.Value);
    }

    private static void Train(Decoder decoder) =>
        new TrainingLoop(decoder, new SimPOLoss(2, 0.5), new TrainingSettings { LearningRate = 1e-2, Scheduler = LearningRateScheduler.Constant })
            .Run(Pairs, new StepPlanner(Pairs, 3, int.MaxValue).Plan(2, null), null);

    private static float[] Scores(Decoder decoder) =>
        [.. new GroupScorer(decoder).Score(Pairs).SelectMany(s => new[] { (float)s.Chosen.Mean, (float)s.Rejected.Mean })];

    private static Dictionary<string, float[]> Values(Decoder decoder) => decoder.Adapter!.Matrices
        .SelectMany(p => p.Parts.Select(part => (part.Name, Parameter.View(p.Value, part))))
        .ToDictionary(p => p.Name, p =>
        {
            using (p.Item2) return p.Item2.data<float>().ToArray();
        });

    private static nint[] Places(Decoder decoder, Func<Parameter, Tensor>? value = null) =>
        [.. decoder.Parameters.Select(p => Parameter.Address((value ?? (x => x.Value))(p)))];
}
