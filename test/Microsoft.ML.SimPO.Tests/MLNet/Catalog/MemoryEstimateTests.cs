using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

public sealed class MemoryEstimateTests(ITestOutputHelper output)
{
    private static readonly ComputePlan Float32 = new(CPU, ComputePrecision.Float32) { TokensPerPass = 10 };
    private static readonly ComputePlan Mixed = Float32 with { Precision = ComputePrecision.Mixed };

    /// <summary>
    /// Two layers of width 32 with 7,744 weights each, an embedding of 97 x 32, a norm: 18,624 weights, all but 160 of them in matrices. Ten tokens have 2,880
    /// numbers in a layer, 7,460 in a forward pass that is kept (5,490 where it is computed again) and 970 logits.
    /// </summary>
    [Fact]
    public void Bytes_are_those_that_a_count_by_hand_gives()
    {
        using Decoder decoder = RandomDecoder.Make();
        Assert.Equal(18_624, decoder.ParameterCount);
        Assert.Equal((4 * 18_624) + (4 * 2_880) + (4 * 970), new MemoryEstimate(decoder, Float32).ToScore);
        Assert.Equal((4 * 18_624) + (2 * 18_464) + (2 * 2_880) + (6 * 970), new MemoryEstimate(decoder, Mixed).ToScore);
        Assert.Equal((16 * 18_624) + (4 * 7_460) + (4 * 970), new MemoryEstimate(decoder, Float32).ToTrain(keepsBest: false));
        Assert.Equal((16 * 18_624) + (4 * 5_490) + (4 * 970), new MemoryEstimate(decoder, Float32 with { Recompute = true }).ToTrain(keepsBest: false));
        Assert.Equal((20 * 18_624) + (4 * 7_460) + (4 * 970), new MemoryEstimate(decoder, Float32).ToTrain(keepsBest: true));
        // The largest gradient, that of the embedding, comes out of its product in bfloat16.
        Assert.Equal((16 * 18_624) + (2 * 18_464) + (2 * 3_104) + (2 * 7_460) + (6 * 970), new MemoryEstimate(decoder, Mixed).ToTrain(keepsBest: false));
    }

    [Fact]
    public void Of_a_model_with_an_adapter_the_adapter_alone_has_gradients_moments_and_a_best_copy()
    {
        using Decoder decoder = RandomDecoder.Make();
        AdapterInitializer.Attach(decoder, new AdapterConfig { Rank = 3, Alpha = 6, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) }, seed: 1);
        // In each layer A reads q, k, v, o, gate, up (32) and down (48); B writes 32, 16, 16, 32, 48, 48, 32.
        const long adapter = 2 * 3 * ((6 * 32) + 48 + 32 + 16 + 16 + 32 + 48 + 48 + 32);
        var estimate = new MemoryEstimate(decoder, Float32);
        Assert.Equal((4 * 18_624) + (4 * adapter) + (4 * 2_880) + (4 * 970), estimate.ToScore);
        Assert.Equal((4 * 18_624) + (16 * adapter) + (4 * 7_460) + (4 * 970), estimate.ToTrain(keepsBest: false));
        Assert.Equal(4 * adapter, estimate.ToTrain(keepsBest: true) - estimate.ToTrain(keepsBest: false));
    }

    [Fact]
    public void It_needs_no_memory_to_count()
    {
        using Decoder decoder = Decoder.Described(RandomDecoder.Architecture, new LayerNames()), real = RandomDecoder.Make();
        Assert.Equal(new MemoryEstimate(real, Float32).ToTrain(keepsBest: true), new MemoryEstimate(decoder, Float32).ToTrain(keepsBest: true));
    }

    /// <summary>What the allocator gives out for a model whose weights are most of what it takes.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_takes_what_is_told_for_its_precision(bool mixed)
    {
        Skip.IfNot(NativeHeap.IsKnown, "Only the GNU C library tells how much memory is in use.");
        DecoderArchitecture architecture = RandomDecoder.Architecture with
        {
            VocabularySize = 4000, HiddenSize = 256, IntermediateSize = 1024, HeadCount = 32, KeyValueHeadCount = 16,
        };
        EncodedPrompt[] pairs = RandomPairs.Make(3);
        ComputePlan plan = (mixed ? Mixed : Float32) with { TokensPerPass = pairs.Sum(p => p.PackedLength) };
        Train(architecture, pairs, plan); // what is made once is there
        long told = 0, taken = NativeHeap.PeakOf(() => told = Train(architecture, pairs, plan));
        output.WriteLine(FormattableString.Invariant($"{told / 1e6:F1} MB told, {taken / 1e6:F1} MB taken"));
        Assert.InRange((double)told / taken, 0.9, 1.1); // 16 bytes a weight whatever the precision would be 0.83 of the latter
    }

    private static long Train(DecoderArchitecture architecture, EncodedPrompt[] pairs, ComputePlan plan)
    {
        using var decoder = new Decoder(architecture, new LayerNames { MlpNorm = "pre_feedforward_layernorm" }, CPU);
        foreach (Parameter parameter in decoder.Parameters) parameter.Value.normal_(0, 0.05);
        decoder.ComputeIn(plan.ComputeType);
        var settings = new TrainingSettings { LearningRate = 1e-6, Plan = plan };
        new TrainingLoop(decoder, new SimPOLoss(2, 0.5), settings).Run(pairs, new StepPlanner(pairs, 3, int.MaxValue).Plan(2, null), null);
        return new MemoryEstimate(decoder, plan).ToTrain(keepsBest: false);
    }
}
