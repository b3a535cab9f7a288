using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>
/// The factors of a norm on the CPU: its weights, their sum with 1 for families that store the distance from 1, or ones where it has none.
/// </summary>
internal sealed unsafe class NormView : IDisposable
{
    private readonly WeightView? _weight, _bias;
    private readonly FloatBuffer? _sums;

    private NormView(NormParameters parameters, DecoderArchitecture architecture)
    {
        (Size, IsCentred) = ((int)parameters.Size, architecture.NormKind is NormKind.Layer or NormKind.LayerWithBias);
        (_weight, _bias) = (WeightView.Of(parameters.Weight), WeightView.Of(parameters.Bias));
        if (_weight is not null && !architecture.NormAddsOne) return;
        _sums = new FloatBuffer(Size);
        for (int i = 0; i < Size; i++) _sums.Data[i] = _weight is null ? 1 : _weight.Data[i] + 1;
    }

    public float* Factors => _sums is null ? _weight!.Data : _sums.Data;

    /// <summary>Null for none.</summary>
    public float* Bias => _bias is null ? null : _bias.Data;

    /// <summary>Whether the mean is taken off first.</summary>
    public bool IsCentred { get; }

    public int Size { get; }

    public static NormView? Of(NormParameters? parameters, DecoderArchitecture architecture) =>
        parameters is null ? null : new NormView(parameters, architecture);

    public void Dispose()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _sums?.Dispose();
    }
}
