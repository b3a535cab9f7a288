using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The memory of a weight on the CPU, kept alive as long as the view even if the model is disposed meanwhile.</summary>
internal sealed unsafe class WeightView : IDisposable
{
    private readonly Tensor _alias;

    public WeightView(Parameter parameter)
    {
        _alias = parameter.Value.alias().DetachFromDisposeScope();
        Rows = (int)_alias.shape[0];
        Data = (float*)Parameter.Address(_alias);
    }

    /// <summary>The size of the first dimension.</summary>
    public int Rows { get; }

    public float* Data { get; }

    public static WeightView? Of(Parameter? parameter) => parameter is null ? null : new WeightView(parameter);

    public void Dispose() => _alias.Dispose();
}
