using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// A storage that gives weights only from entering to leaving, each time in other memory, as one does that keeps them somewhere else. Before and after there is
/// nothing but NaN where they were, so that whoever looks at the wrong time computes NaN. It counts what it is asked.
/// </summary>
internal sealed class PassingStorage : WeightStorage
{
    private readonly Weight[] _weights;
    private readonly Counter _counter;
    private int _forward, _backward, _read, _write, _update;

    public PassingStorage(IEnumerable<long[]> shapes, Counter counter) =>
        (_weights, _counter) = ([.. shapes.Select(s => new Weight(zeros(s, float32).DetachFromDisposeScope()))], counter);

    private int Inside => _forward + _backward + _read + _write + _update;

    public override void Enter(WeightUse use)
    {
        _counter.Entered++;
        if (Inside == 0)
        {
            foreach (Weight weight in _weights) weight.Arrive();
            _counter.Inside++;
            _counter.MostInside = Math.Max(_counter.MostInside, _counter.Inside);
        }
        Count(use)++;
    }

    public override void Leave(WeightUse use)
    {
        if (--Count(use) < 0) throw new InvalidOperationException($"{use} was left, but not entered.");
        bool changed = use is WeightUse.Write or WeightUse.Update or WeightUse.Gradients;
        foreach (Weight weight in _weights)
        {
            if (changed) weight.Take();
            if (Inside == 0) weight.Depart();
        }
        if (Inside == 0) _counter.Inside--;
    }

    public override void Expect(WeightUse use) => _counter.Expected++;

    public override void GradientsReady()
    {
        Assert.True(_backward > 0);
        _counter.Ready++;
        foreach (Weight weight in _weights) weight.TakeGradient();
    }

    public override Tensor Value(int index) => There(_weights[index].Here, _read + _write);

    public override Tensor Compute(int index) => There(_weights[index].Here, _forward + _backward);

    public override Tensor Gradient(int index) => There(_weights[index].GradientHere, _backward);

    public override bool IsTrained(int index) => _weights[index].Gradient is not null;

    public override void Train(int index)
    {
        Assert.Equal(0, Inside);
        _weights[index].Gradient = zeros_like(_weights[index].Value).DetachFromDisposeScope();
    }

    public override void Freeze(int index)
    {
        _weights[index].Gradient?.Dispose();
        _weights[index].Gradient = null;
    }

    public override ScalarType ComputeType(int index) => ScalarType.Float32;

    public override void ComputeIn(int index, ScalarType type) => Assert.Equal(ScalarType.Float32, type);

    public override WeightRange Owned(int index) => new(0, _weights[index].Value.numel());

    public override Tensor OwnedValue(int index) => There(_weights[index].Here, _update);

    public override Tensor OwnedGradient(int index) => There(_weights[index].GradientHere, _update);

    public override Tensor NewMoment(int index) => zeros_like(_weights[index].Value).DetachFromDisposeScope();

    public override WeightStorage Copy() => throw new NotSupportedException("Nobody shares it.");

    public override void Dispose()
    {
        foreach (Weight weight in _weights) weight.Dispose();
    }

    private static Tensor There(Tensor? tensor, int uses) =>
        uses > 0 && tensor is not null ? tensor : throw new InvalidOperationException("It is not there for this use.");

    private ref int Count(WeightUse use)
    {
        switch (use)
        {
            case WeightUse.Forward: return ref _forward;
            case WeightUse.Backward: return ref _backward;
            case WeightUse.Read: return ref _read;
            case WeightUse.Write: return ref _write;
            default: return ref _update;
        }
    }

    /// <summary>What all storages of a decoder are asked.</summary>
    internal sealed class Counter
    {
        public int Entered { get; set; }

        public int Expected { get; set; }

        public int Ready { get; set; }

        /// <summary>Storages that are entered now.</summary>
        public int Inside { get; set; }

        public int MostInside { get; set; }
    }

    /// <summary>What is kept of a weight, where nobody sees it, and the tensors that users see.</summary>
    private sealed class Weight(Tensor value) : IDisposable
    {
        private readonly List<Tensor> _gone = [];

        public Tensor Value => value;

        /// <summary>Null where it is not trained.</summary>
        public Tensor? Gradient { get; set; }

        public Tensor? Here { get; private set; }

        public Tensor? GradientHere { get; private set; }

        public void Arrive()
        {
            Here = value.clone().DetachFromDisposeScope();
            GradientHere = Gradient?.clone().DetachFromDisposeScope();
        }

        public void Take()
        {
            value.copy_(Here!);
            TakeGradient();
        }

        public void TakeGradient() => Gradient?.copy_(GradientHere!);

        /// <summary>The tensors stay, full of NaN, for whoever has kept them or where they lie.</summary>
        public void Depart()
        {
            foreach (Tensor tensor in new[] { Here, GradientHere }.OfType<Tensor>()) _gone.Add(tensor.fill_(float.NaN));
            (Here, GradientHere) = (null, null);
        }

        public void Dispose()
        {
            foreach (Tensor tensor in _gone.Append(value).Concat(new[] { Here, GradientHere, Gradient }.OfType<Tensor>())) tensor.Dispose();
        }
    }
}
