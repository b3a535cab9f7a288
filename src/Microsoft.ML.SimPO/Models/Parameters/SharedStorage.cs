using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>
/// Weights that several models hold together, in another storage that is freed with the last of them: values and roundings are in memory once. The first time
/// that a model trains them it takes a copy of its own, so the others never see it; the last holder takes the storage itself.
/// </summary>
internal sealed class SharedStorage : WeightStorage
{
    private readonly HashSet<int> _trained = [];
    private Holding _holding;
    private bool _isDisposed;

    /// <param name="storage">Belongs to the holders from now on.</param>
    public SharedStorage(WeightStorage storage) => _holding = new Holding(storage);

    private SharedStorage(Holding holding)
    {
        _holding = holding;
        holding.Enter();
    }

    public override bool StaysInPlace => Storage.StaysInPlace;

    private WeightStorage Storage => _holding.Storage;

    /// <summary>One holder more.</summary>
    public SharedStorage Share() => new(_holding);

    public override void Enter(WeightUse use) => Storage.Enter(use);

    public override void Leave(WeightUse use) => Storage.Leave(use);

    public override void Expect(WeightUse use) => Storage.Expect(use);

    public override void GradientsReady() => Storage.GradientsReady();

    public override Tensor Value(int index) => Storage.Value(index);

    public override Tensor Compute(int index) => Storage.Compute(index);

    public override Tensor Gradient(int index) => Storage.Gradient(index);

    public override bool IsTrained(int index) => _trained.Contains(index);

    public override void Train(int index)
    {
        if (_trained.Count == 0) Own();
        if (_trained.Add(index)) Storage.Train(index);
    }

    public override void Freeze(int index)
    {
        if (_trained.Remove(index)) Storage.Freeze(index);
    }

    public override ScalarType ComputeType(int index) => Storage.ComputeType(index);

    /// <summary>Holders that want another type than the others have a copy of their own.</summary>
    public override void ComputeIn(int index, ScalarType type)
    {
        if (ComputeType(index) == type) return;
        Own();
        Storage.ComputeIn(index, type);
    }

    public override WeightRange Owned(int index) => Storage.Owned(index);

    public override Tensor OwnedValue(int index) => Storage.OwnedValue(index);

    public override Tensor OwnedGradient(int index) => Storage.OwnedGradient(index);

    public override Tensor NewMoment(int index) => Storage.NewMoment(index);

    public override WeightStorage Copy() => Storage.Copy();

    public override void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        foreach (int index in _trained) Storage.Freeze(index);
        _holding.Leave();
    }

    private void Own()
    {
        if (_holding.IsAlone) return;
        var own = new Holding(Storage.Copy());
        _holding.Leave();
        _holding = own;
    }

    /// <summary>A storage and how many hold it.</summary>
    private sealed class Holding(WeightStorage storage)
    {
        private int _count = 1;

        public WeightStorage Storage => storage;

        public bool IsAlone => Volatile.Read(ref _count) == 1;

        public void Enter() => Interlocked.Increment(ref _count);

        public void Leave()
        {
            if (Interlocked.Decrement(ref _count) == 0) storage.Dispose();
        }
    }
}
