using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Weights of a model that is only described: they have shapes, and numbers nowhere. Making one takes no memory and needs no libtorch.</summary>
internal sealed class AbsentStorage : WeightStorage
{
    private readonly HashSet<int> _trained = [];
    private ScalarType _type = ScalarType.Float32;

    public override void Enter(WeightUse use)
    {
    }

    public override void Leave(WeightUse use)
    {
    }

    public override Tensor Value(int index) => throw Nowhere();

    public override Tensor Compute(int index) => throw Nowhere();

    public override Tensor Gradient(int index) => throw Nowhere();

    public override bool IsTrained(int index) => _trained.Contains(index);

    public override void Train(int index) => _trained.Add(index);

    public override void Freeze(int index) => _trained.Remove(index);

    public override ScalarType ComputeType(int index) => _type;

    public override void ComputeIn(int index, ScalarType type) => _type = type;

    public override WeightRange Owned(int index) => default;

    public override Tensor NewMoment(int index) => throw Nowhere();

    /// <summary>Nothing of nothing.</summary>
    public override void Take(int index, WeightStorage from, int fromIndex)
    {
    }

    public override WeightStorage Copy() => new AbsentStorage();

    public override void Dispose()
    {
    }

    private static InvalidOperationException Nowhere() => new("The model is only described: its weights are nowhere.");
}
