using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>
/// The memory of a weight on the CPU, kept alive as long as the view even if the model is disposed meanwhile. Where an adapter adds to the weight the view is
/// the sum, in memory of its own.
/// </summary>
internal sealed unsafe class WeightView : IDisposable
{
    private readonly Tensor _values;

    /// <param name="parameter">It is entered to be computed with, in float32.</param>
    /// <param name="sums">Where sums lie; null for memory of their own.</param>
    public WeightView(Parameter parameter, ActivationMemory? sums = null)
    {
        Tensor? room = parameter.Update is null ? null : sums?.Take(parameter.Shape[0], parameter.Shape[1]);
        _values = (parameter.Update?.Merged(parameter, room) ?? parameter.Compute.alias()).DetachFromDisposeScope();
        Rows = (int)_values.shape[0];
        Data = (float*)Parameter.Address(_values);
    }

    /// <summary>The size of the first dimension.</summary>
    public int Rows { get; }

    public float* Data { get; }

    public static WeightView? Of(Parameter? parameter) => parameter is null ? null : new WeightView(parameter);

    public void Dispose() => _values.Dispose();
}
