using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Weights of which this process moves a share alone, as one does that is one of many. The blocks of each weight go round the processes.</summary>
internal sealed class ShareStorage(IReadOnlyList<long[]> shapes, int rank, int processes) : WeightStorage
{
    private readonly ResidentStorage _all = new(CPU, shapes);

    public override bool StaysInPlace => true;

    public override void Enter(WeightUse use) => _all.Enter(use);

    public override void Leave(WeightUse use) => _all.Leave(use);

    public override Tensor Value(int index) => _all.Value(index);

    public override Tensor Compute(int index) => _all.Compute(index);

    public override Tensor Gradient(int index) => _all.Gradient(index);

    public override bool IsTrained(int index) => _all.IsTrained(index);

    public override void Train(int index) => _all.Train(index);

    public override void Freeze(int index) => _all.Freeze(index);

    public override ScalarType ComputeType(int index) => _all.ComputeType(index);

    public override void ComputeIn(int index, ScalarType type) => _all.ComputeIn(index, type);

    /// <summary>Whole blocks, so that a small weight is one process's and nothing is left for the others.</summary>
    public override WeightRange Owned(int index)
    {
        long count = shapes[index].Aggregate(1L, (a, b) => a * b), blocks = (count + WeightRange.Alignment - 1) / WeightRange.Alignment;
        return new WeightRange(Border(rank), Border(rank + 1) - Border(rank));

        long Border(int of) => Math.Min(count, blocks * of / processes * WeightRange.Alignment);
    }

    public override Tensor OwnedValue(int index) => Part(Value(index), Owned(index));

    public override Tensor OwnedGradient(int index) => Part(Gradient(index), Owned(index));

    public override Tensor NewMoment(int index) => zeros(Owned(index).Count, float32).DetachFromDisposeScope();

    public override WeightStorage Copy() => throw new NotSupportedException("Nobody shares it.");

    public override void Dispose() => _all.Dispose();

    private static Tensor Part(Tensor whole, WeightRange range) => whole.view(-1).narrow(0, range.From, range.Count);
}
