using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Ranges whose storages are entered together. On CPU one pass of our own over memory does a step; elsewhere libtorch's fused kernel.</summary>
internal sealed class AdamWPart
{
    private readonly AdamWRange[] _ranges;
    private readonly WeightStorage[] _storages;
    private readonly FloatBlock[] _blocks;

    public AdamWPart(AdamWRange[] ranges)
    {
        _ranges = ranges;
        _storages = [.. ranges.Select(r => r.Parameter.Storage).Distinct()];
        _blocks = IsOurs ? FloatBlock.Cut([.. ranges.Select(r => r.Count)]) : [];
    }

    /// <summary>Whether a pass of our own does it: where the moments lie on the CPU.</summary>
    public bool IsOurs => _ranges[0].First.device_type == DeviceType.CPU;

    /// <summary>A part of all whose tensors stay in place, and one of each other storage, so that no two of them need be there at once.</summary>
    /// <param name="ranges">Those that are empty are left out: a small weight may be another process's altogether.</param>
    public static AdamWPart[] Of(IEnumerable<AdamWRange> ranges) => [.. ranges.Where(r => r.Count > 0)
        .GroupBy(r => r.Parameter.Storage.StaysInPlace ? null : r.Parameter.Storage).Select(g => new AdamWPart([.. g]))];

    public void ZeroGradients()
    {
        using WeightLease lease = Enter(WeightUse.Gradients);
        using DisposeScope scope = NewDisposeScope();
        FusedOperations.ZeroInPlace(Gradients());
    }

    /// <summary>Of each block; the order in which they are added up does not depend on the number of threads.</summary>
    /// <param name="into">Those of all weights, of which this fills in its own.</param>
    public unsafe void SumSquares(double[] into)
    {
        using WeightLease lease = Enter(WeightUse.Gradients);
        using DisposeScope scope = NewDisposeScope();
        nint[] gradients = [.. _ranges.Select(r => Parameter.Address(r.Gradient))];
        ParallelBlocks.For(_blocks.Length, i =>
        {
            FloatBlock block = _blocks[i];
            int place = _ranges[block.Tensor].FirstSum + (int)(block.From / FloatBlock.Size);
            into[place] = VectorKernels.SumOfSquares((float*)gradients[block.Tensor] + block.From, block.Count);
        });
    }

    /// <summary>The L2 norm of each range by libtorch, in float32.</summary>
    /// <param name="into">Those of all ranges, of which this fills in its own.</param>
    public void Norms(float[] into)
    {
        using WeightLease lease = Enter(WeightUse.Gradients);
        using DisposeScope scope = NewDisposeScope();
        float[] norms = FusedOperations.Norms(Gradients()).cpu().data<float>().ToArray();
        for (int i = 0; i < norms.Length; i++) into[_ranges[i].Index] = norms[i];
    }

    /// <param name="step">From 1.</param>
    /// <param name="factor">Of the gradients.</param>
    public void Step(int step, double learningRate, double factor, AdamWSettings settings)
    {
        using WeightLease lease = Enter(WeightUse.Update);
        using DisposeScope scope = NewDisposeScope();
        if (IsOurs)
        {
            StepInBlocks(step, learningRate, factor, settings);
            return;
        }
        foreach (IGrouping<double, AdamWRange> alike in _ranges.GroupBy(r => r.WeightDecay))
            StepFused([.. alike], alike.Key, step, learningRate, factor, settings);
    }

    private WeightLease Enter(WeightUse use) => new(_storages, use);

    private Tensor[] Gradients() => [.. _ranges.Select(r => r.Gradient)];

    private unsafe void StepInBlocks(int step, double learningRate, double factor, AdamWSettings settings)
    {
        AdamWCoefficients[] coefficients =
            [.. _ranges.Select(r => AdamWCoefficients.Of(step, learningRate, factor, r.WeightDecay, settings.Beta1, settings.Beta2, settings.Epsilon))];
        Addresses[] addresses = [.. _ranges.Select(r => new Addresses(r))];
        ParallelBlocks.For(_blocks.Length, i =>
        {
            FloatBlock block = _blocks[i];
            Addresses at = addresses[block.Tensor];
            VectorKernels.AdamW(
                (float*)at.Value + block.From, (float*)at.Gradient + block.From, (float*)at.First + block.From, (float*)at.Second + block.From, block.Count,
                coefficients[block.Tensor]);
        });
    }

    private static void StepFused(AdamWRange[] ranges, double weightDecay, int step, double learningRate, double factor, AdamWSettings settings)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] gradients = [.. ranges.Select(r => r.Gradient)];
        if (factor != 1) FusedOperations.ScaleInPlace(gradients, tensor((float)factor, device: gradients[0].device));
        Tensor[] steps = [.. ranges.Select(_ => full([], step - 1, float32, gradients[0].device))]; // the kernel counts up first
        FusedOperations.AdamWStep(
            [.. ranges.Select(r => r.Value)], gradients, [.. ranges.Select(r => r.First)], [.. ranges.Select(r => r.Second)], steps,
            learningRate, settings.Beta1, settings.Beta2, weightDecay, settings.Epsilon);
    }

    private readonly record struct Addresses(nint Value, nint Gradient, nint First, nint Second)
    {
        public Addresses(AdamWRange range)
            : this(Parameter.Address(range.Value), Parameter.Address(range.Gradient), Parameter.Address(range.First), Parameter.Address(range.Second))
        {
        }
    }
}
