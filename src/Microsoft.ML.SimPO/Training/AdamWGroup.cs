using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Parameters that are decayed alike, with their moments. On CPU one pass of our own over memory does a step; elsewhere libtorch's fused kernel.</summary>
internal sealed class AdamWGroup : IDisposable
{
    private readonly double _weightDecay;
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _values, _gradients, _firstMoments, _secondMoments, _steps;
    private readonly Addresses[] _addresses;
    private readonly FloatBlock[] _blocks;

    public AdamWGroup(Parameter[] parameters, double weightDecay)
    {
        (_parameters, _weightDecay) = (parameters, weightDecay);
        _values = [.. parameters.Select(p => p.Value)];
        _gradients = [.. parameters.Select(p => p.Gradient)];
        _firstMoments = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];
        _secondMoments = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];
        bool ours = parameters[0].Value.device.type == DeviceType.CPU;
        _addresses = !ours ? [] : [.. Enumerable.Range(0, parameters.Length).Select(i => new Addresses(
            Parameter.Address(_values[i]), Parameter.Address(_gradients[i]), Parameter.Address(_firstMoments[i]), Parameter.Address(_secondMoments[i])))];
        _blocks = ours ? FloatBlock.Cut([.. _values.Select(v => v.numel())]) : [];
        _steps = ours ? [] : [.. parameters.Select(p => zeros([], float32, p.Value.device).DetachFromDisposeScope())];
    }

    public IEnumerable<(Parameter Parameter, Tensor First, Tensor Second)> Moments => _parameters.Select((p, i) => (p, _firstMoments[i], _secondMoments[i]));

    private bool IsOurs => _addresses.Length > 0;

    public void ZeroGradients() => FusedOperations.ZeroInPlace(_gradients);

    /// <summary>Of all gradients. The order of the sum does not depend on the number of threads.</summary>
    /// <param name="float32">By libtorch, in float32.</param>
    public unsafe double SumOfSquares(bool float32)
    {
        if (float32 || !IsOurs)
        {
            using Tensor norm = FusedOperations.GlobalNorm(_gradients);
            return Math.Pow(norm.item<float>(), 2);
        }
        double[] sums = new double[_blocks.Length];
        ParallelBlocks.For(_blocks.Length, i => sums[i] = VectorKernels.SumOfSquares((float*)_addresses[_blocks[i].Tensor].Gradient + _blocks[i].From, _blocks[i].Count));
        return sums.Sum();
    }

    /// <param name="step">From 1.</param>
    /// <param name="factor">Of the gradients.</param>
    public void Step(int step, double learningRate, double factor, AdamWSettings settings)
    {
        Move(step, learningRate, factor, settings);
        foreach (Parameter parameter in _parameters) parameter.Refresh();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _firstMoments.Concat(_secondMoments).Concat(_steps)) tensor.Dispose();
    }

    private void Move(int step, double learningRate, double factor, AdamWSettings settings)
    {
        if (IsOurs)
        {
            var coefficients = AdamWCoefficients.Of(step, learningRate, factor, _weightDecay, settings.Beta1, settings.Beta2, settings.Epsilon);
            ParallelBlocks.For(_blocks.Length, i => StepBlock(_blocks[i], coefficients));
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        if (factor != 1) FusedOperations.ScaleInPlace(_gradients, tensor((float)factor, device: _gradients[0].device));
        foreach (Tensor count in _steps) count.fill_(step - 1); // the kernel counts up first
        FusedOperations.AdamWStep(_values, _gradients, _firstMoments, _secondMoments, _steps, learningRate, settings.Beta1, settings.Beta2, _weightDecay, settings.Epsilon);
    }

    private unsafe void StepBlock(FloatBlock block, in AdamWCoefficients coefficients)
    {
        Addresses at = _addresses[block.Tensor];
        VectorKernels.AdamW((float*)at.Value + block.From, (float*)at.Gradient + block.From, (float*)at.First + block.From, (float*)at.Second + block.From, block.Count, coefficients);
    }

    private readonly record struct Addresses(nint Value, nint Gradient, nint First, nint Second);
}
