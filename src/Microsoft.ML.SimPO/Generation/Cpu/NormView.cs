using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The factors of a norm on the CPU: its weights, or their sum with 1 for families that store the distance from 1.</summary>
internal sealed unsafe class NormView : IDisposable
{
    private readonly WeightView _weight;
    private readonly FloatBuffer? _sums;

    private NormView(Parameter parameter, bool addsOne)
    {
        _weight = new WeightView(parameter);
        if (!addsOne) return;
        _sums = new FloatBuffer(_weight.Rows);
        for (int i = 0; i < _weight.Rows; i++) _sums.Data[i] = _weight.Data[i] + 1;
    }

    public float* Factors => _sums is null ? _weight.Data : _sums.Data;

    public int Size => _weight.Rows;

    public static NormView? Of(Parameter? parameter, bool addsOne) => parameter is null ? null : new NormView(parameter, addsOne);

    public void Dispose()
    {
        _weight.Dispose();
        _sums?.Dispose();
    }
}
