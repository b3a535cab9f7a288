using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training.State;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What computes is the rounding of what is kept, whoever puts weights into a decoder.</summary>
public sealed class BestModelTests
{
    /// <summary>The lowest loss is that after step 2; from there on the weights move away from it.</summary>
    [Fact]
    public void A_run_in_bfloat16_that_ends_with_its_best_weights_computes_with_their_rounding()
    {
        float[][] best = [];
        using var run = new SmallRun();
        run.Decoder.ComputeIn(bfloat16);
        run.Settings = run.Settings with { KeepsBest = true, EvaluationSteps = 1 };
        run.Loss = step =>
        {
            if (step == 2) best = run.Weights();
            return Math.Abs(step - 2);
        };
        Assert.Equal(2, run.Run().RestoredStep);
        Assert.Equal(best, run.Weights());
        AssertComputesWhatItKeeps(run.Decoder);
    }

    [Fact]
    public void What_is_read_from_a_checkpoint_is_rounded_too()
    {
        using var folder = new Data.TemporaryFolder();
        using var run = new SmallRun { Folder = Path.Combine(folder.Path, "run") };
        run.Decoder.ComputeIn(bfloat16);
        run.Settings = run.Settings with { KeepsBest = true, EvaluationSteps = 1 };
        run.Loss = step => Math.Abs(step - 2);
        Assert.Equal(2, run.Run().RestoredStep);
        AssertComputesWhatItKeeps(run.Decoder);
    }

    [Fact]
    public void The_best_weights_of_a_run_that_went_before_are_recalled_without_touching_the_decoder()
    {
        using var folder = new Data.TemporaryFolder();
        using Decoder decoder = RandomDecoder.Make(2), other = RandomDecoder.Make(3);
        decoder.ComputeIn(bfloat16);
        float[][] now = Values(decoder), computed = Computed(decoder);
        using RunFolder runs = RunFolder.Open(folder.Path, resumes: false);
        new Checkpoints.CheckpointWriter(new Checkpoints.ModelFiles("memory", []))
            .Write(Path.Combine(folder.Path, "checkpoint-1"), ParameterSources.Merged(other));
        using var best = new BestModel(decoder, inMemory: true);
        best.Note(1, 0.5);
        best.Recall(Path.Combine(folder.Path, "checkpoint-1"));
        Assert.Equal(now, Values(decoder));
        Assert.Equal(computed, Computed(decoder));
        best.Restore(null);
        Assert.Equal(Values(other), Values(decoder));
        AssertComputesWhatItKeeps(decoder);
    }

    private static void AssertComputesWhatItKeeps(Decoder decoder)
    {
        using Decoder expected = RandomDecoder.Make(9);
        foreach ((Parameter from, Parameter to) in decoder.Parameters.Zip(expected.Parameters)) to.Value.copy_(from.Value);
        expected.ComputeIn(bfloat16);
        Assert.Equal(Computed(expected), Computed(decoder));
        Assert.NotEqual(Values(decoder), Computed(decoder));
    }

    private static float[][] Values(Decoder decoder) => [.. decoder.Parameters.Select(p => p.Value.data<float>().ToArray())];

    private static float[][] Computed(Decoder decoder) => [.. decoder.Parameters.Select(p =>
    {
        using Tensor single = p.Compute.to(float32);
        return single.data<float>().ToArray();
    })];
}
