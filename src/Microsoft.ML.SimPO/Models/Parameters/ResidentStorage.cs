using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>
/// Weights that are always there, in the memory of the device that computes, and beside them their roundings where layers compute in another type.
/// </summary>
internal sealed class ResidentStorage : WeightStorage
{
    private readonly Tensor[] _values;
    private readonly Tensor?[] _roundings, _gradients;

    /// <param name="shapes">Of each weight. Its numbers are the caller's to set.</param>
    public ResidentStorage(Device device, IEnumerable<long[]> shapes)
        : this([.. shapes.Select(s => empty(s, float32, device).DetachFromDisposeScope())])
    {
    }

    private ResidentStorage(Tensor[] values) => (_values, _roundings, _gradients) = (values, new Tensor?[values.Length], new Tensor?[values.Length]);

    public override bool StaysInPlace => true;

    public override void Enter(WeightUse use)
    {
    }

    /// <summary>Rounds again what may have changed.</summary>
    public override void Leave(WeightUse use)
    {
        if (use is not (WeightUse.Write or WeightUse.Update)) return;
        for (int i = 0; i < _values.Length; i++) _ = _roundings[i]?.copy_(_values[i]); // which returns itself
    }

    public override Tensor Value(int index) => _values[index];

    public override Tensor Compute(int index) => _roundings[index] ?? _values[index];

    public override Tensor Gradient(int index) => _gradients[index]!;

    public override bool IsTrained(int index) => _gradients[index] is not null;

    public override void Train(int index) => _gradients[index] ??= zeros_like(_values[index]).DetachFromDisposeScope();

    public override void Freeze(int index)
    {
        _gradients[index]?.Dispose();
        _gradients[index] = null;
    }

    public override ScalarType ComputeType(int index) => Compute(index).dtype;

    public override void ComputeIn(int index, ScalarType type)
    {
        if (ComputeType(index) == type) return;
        _roundings[index]?.Dispose();
        _roundings[index] = type == float32 ? null : _values[index].to(type).DetachFromDisposeScope();
    }

    public override WeightRange Owned(int index) => new(0, _values[index].numel());

    public override Tensor NewMoment(int index) => zeros_like(_values[index]).DetachFromDisposeScope();

    public override WeightStorage Copy()
    {
        var copy = new ResidentStorage([.. _values.Select(v => v.clone().DetachFromDisposeScope())]);
        for (int i = 0; i < _values.Length; i++) copy._roundings[i] = _roundings[i]?.clone().DetachFromDisposeScope();
        return copy;
    }

    public override void Dispose()
    {
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i].Dispose();
            _roundings[i]?.Dispose();
            Freeze(i);
        }
    }
}
