using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Models that compute in bfloat16, as on CUDA, and share their weights.</summary>
public sealed class SharedStorageTests
{
    private static readonly EncodedPrompt[] Pairs = RandomPairs.Make(3);

    /// <summary>18,464 of the 18,624 weights are in matrices, which are rounded: 4 bytes each, and 2 of those, once.</summary>
    [Fact]
    public void A_rounding_is_in_memory_once_for_all_that_share_it()
    {
        long start = LiveTensors.CountWithoutGarbage();
        using (Decoder source = RandomDecoder.Make())
        {
            source.ComputeIn(bfloat16);
            long alone = LiveTensors.Count;
            Assert.Equal((4 * 18_624) + (2 * 18_464), Bytes(source));
            using Decoder one = source.Share(), two = one.Share();
            AdapterInitializer.Attach(two, new AdapterConfig { Rank = 3, Alpha = 6, Targets = AdapterTargets.Parse(AdapterTargets.AllLinear) }, seed: 1);
            Assert.Equal((bfloat16, bfloat16), (one.ComputeType, two.ComputeType));
            Assert.Equal((4 * 18_624) + (2 * 18_464), Bytes(source, one, two));
            Assert.Equal(alone + two.Trainable.Count, LiveTensors.Count);
            Assert.Equal(Scores(source), Scores(one));
            Assert.Equal(Scores(source), Scores(two)); // B is zero
        }
        Assert.Equal(start, LiveTensors.Count);
    }

    [Fact]
    public void Whoever_trains_has_values_and_roundings_of_its_own()
    {
        using Decoder source = RandomDecoder.Make();
        source.ComputeIn(bfloat16);
        float[] before = Scores(source);
        using Decoder tuned = source.Share(), other = source.Share();
        new TrainingLoop(tuned, new SimPOLoss(2, 0.5), new TrainingSettings { LearningRate = 1e-2, Scheduler = LearningRateScheduler.Constant })
            .Run(Pairs, new StepPlanner(Pairs, 3, int.MaxValue).Plan(2, null), null);
        Assert.Equal(2 * ((4 * 18_624) + (2 * 18_464)), Bytes(source, tuned, other));
        Assert.Equal(before, Scores(source));
        Assert.Equal(before, Scores(other));
        Assert.NotEqual(before, Scores(tuned));
        using DisposeScope scope = NewDisposeScope();
        Assert.All(tuned.Parameters, p => Assert.Equal(Floats(p.Value.to(p.Compute.dtype)), Floats(p.Compute)));
    }

    /// <summary>One that computes in another type than the others cannot share their memory any more.</summary>
    [Fact]
    public void Another_precision_is_nobody_elses()
    {
        using Decoder source = RandomDecoder.Make(), alone = RandomDecoder.Make();
        alone.ComputeIn(bfloat16);
        float[] before = Scores(source);
        using Decoder rounded = source.Share();
        rounded.ComputeIn(bfloat16);
        Assert.Equal(before, Scores(source));
        Assert.Equal(Scores(alone), Scores(rounded));
        Assert.NotEqual(before, Scores(rounded));
    }

    /// <summary>Of all values and roundings, each piece of memory counted once.</summary>
    private static long Bytes(params Decoder[] decoders) => decoders.SelectMany(d => d.Parameters).SelectMany(p => new[] { p.Value, p.Compute })
        .DistinctBy(Parameter.Address).Sum(t => t.numel() * t.ElementSize);

    private static float[] Floats(Tensor tensor) => tensor.to(float32).data<float>().ToArray();

    private static float[] Scores(Decoder decoder) =>
        [.. new GroupScorer(decoder).Score(Pairs).SelectMany(s => new[] { (float)s.Chosen.Mean, (float)s.Rejected.Mean })];
}
