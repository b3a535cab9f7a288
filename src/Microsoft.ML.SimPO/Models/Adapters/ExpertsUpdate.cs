using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>
/// What an adapter adds to one projection of all experts of a layer: y_e += s (x A_e^T) B_e^T. As PEFT holds them, A is [experts * rank, in] with the rows of
/// an expert one below the other, and B [out, rank * experts] with the columns of a rank side by side.
/// </summary>
internal sealed class ExpertsUpdate : IDisposable
{
    private readonly ExpertTarget _target;
    private readonly int _rank;
    private readonly float _scaling;

    /// <param name="place">Makes the storage of A and B.</param>
    public ExpertsUpdate(ExpertTarget target, AdapterConfig config, WeightPlace place)
    {
        (_target, _rank, _scaling) = (target, config.RankOf(target.Key), (float)config.ScalingOf(target.Key));
        A = new Parameter(ParameterKind.LowRank, (AdapterNames.A(target.Module), [(long)target.Experts * _rank, target.Inputs]));
        B = new Parameter(ParameterKind.LowRank, (AdapterNames.B(target.Module), [target.Outputs, (long)_rank * target.Experts]));
        Storage = place([A, B]);
        A.Place(Storage, 0);
        B.Place(Storage, 1);
        foreach (Parameter weight in target.Weights) weight.ExpertsUpdate = this;
    }

    /// <summary>Where A and B lie.</summary>
    public WeightStorage Storage { get; }

    public Parameter A { get; }

    public Parameter B { get; }

    /// <summary>Whether the experts that it is added to have their inputs before their outputs.</summary>
    public bool IsInputFirst => _target.IsInputFirst;

    /// <summary>The name of what is updated, without what comes before it: <c>gate_up_proj</c>.</summary>
    public string TargetName => _target.Key[(_target.Key.LastIndexOf('.') + 1)..];

    /// <summary>What belongs to one of the weights: all to the first, so that each is counted once.</summary>
    public IEnumerable<Parameter> ParametersOf(Parameter weight) => weight == _target.Weights[0] ? [A, B] : [];

    /// <param name="output">[n, out], what the expert made of the input; changed in place.</param>
    /// <param name="input">[n, in]</param>
    public void AddTo(int expert, Tensor output, Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner = mm(input, AOf(A.Compute, expert).to(input.dtype).t()); // [n, rank]
        output.addmm_(inner, BOf(B.Compute, expert).to(input.dtype).t(), beta: 1, alpha: _scaling);
    }

    /// <summary>Adds to the gradients of A and B, and to that of the input.</summary>
    /// <param name="gradient">[n, out]</param>
    /// <param name="input">[n, in], what <see cref="AddTo"/> was given</param>
    /// <param name="inputGradient">[n, in], what the expert made of the gradient; changed in place.</param>
    public void Backward(int expert, Tensor gradient, Tensor input, Tensor inputGradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = AOf(A.Compute, expert).to(input.dtype), b = BOf(B.Compute, expert).to(input.dtype);
        if (B.IsTrained) Parameter.AddProduct(BOf(B.Gradient, expert), gradient, mm(input, a.t()), _scaling);
        Tensor innerGradient = mm(gradient, b).mul_(_scaling); // [n, rank]
        if (A.IsTrained) Parameter.AddProduct(AOf(A.Gradient, expert), innerGradient, input);
        inputGradient.addmm_(innerGradient, a, beta: 1, alpha: 1);
    }

    /// <summary>W + s B A of a part of one of the weights; it belongs to the caller's scope. The weight is entered to be read.</summary>
    public Tensor Merged(Parameter weight, ParameterPart part)
    {
        using NewScope scope = new();
        Tensor merged = Parameter.View(weight.Value, part).clone();
        if (_target.Weights.Count == 1 && weight.Kind == ParameterKind.Experts)
            for (int expert = 0; expert < _target.Experts; expert++) AddDelta(merged.select(0, expert), BOf(B.Value, expert), expert);
        else
        {
            int expert = _target.Weights.Index().First(w => w.Item == weight).Index;
            AddDelta(merged, Parameter.View(BOf(B.Value, expert), part), expert);
        }
        return scope.Keep(merged);
    }

    public void Dispose() => Storage.Dispose();

    private void AddDelta(Tensor matrix, Tensor b, int expert)
    {
        Tensor a = AOf(A.Value, expert);
        if (_target.IsInputFirst) matrix.addmm_(a.t(), b.t(), beta: 1, alpha: _scaling);
        else matrix.addmm_(b, a, beta: 1, alpha: _scaling);
    }

    /// <returns>[rank, in], a view</returns>
    private Tensor AOf(Tensor all, int expert) => all.narrow(0, (long)expert * _rank, _rank);

    /// <returns>[out, rank], a view</returns>
    private Tensor BOf(Tensor all, int expert) => all.view(_target.Outputs, _rank, _target.Experts).select(2, expert);
}
