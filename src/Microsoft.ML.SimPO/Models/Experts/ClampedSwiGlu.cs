using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// (u + 1) g sigmoid(alpha g), with the gate g clamped from above and u from both sides. Gates stand in even columns, ups in odd ones.
/// </summary>
internal sealed record ClampedSwiGlu(double Limit, double Alpha) : IMlpActivation
{
    public Tensor Forward(Tensor projected, Tensor? into = null)
    {
        using NewScope scope = new();
        (Tensor gate, Tensor up) = Clamped(projected);
        Tensor result = (up + 1).mul_(gate).mul_((gate * (float)Alpha).sigmoid_());
        return into?.copy_(result) ?? scope.Keep(result);
    }

    public void BackwardInPlace(Tensor gradient, Tensor projected)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor gate, Tensor up) = Clamped(projected);
        Tensor sigmoid = (gate * (float)Alpha).sigmoid_();
        Tensor gateGradient = (1 - sigmoid).mul_(gate).mul_((float)Alpha).add_(1f).mul_(sigmoid).mul_(up + 1).mul_(gradient);
        Tensor upGradient = gate * sigmoid * gradient;
        (Tensor rawGate, Tensor rawUp) = Columns(projected);
        float limit = (float)Limit;
        // Where it is clamped nothing moves with it. What stands at the limit moves, as transformers has it.
        Tensor gateMoves = rawGate <= limit, upMoves = (rawUp <= limit).logical_and(rawUp >= -limit);
        rawGate.copy_(gateGradient * gateMoves);
        rawUp.copy_(upGradient * upMoves);
    }

    private (Tensor Gate, Tensor Up) Clamped(Tensor projected)
    {
        (Tensor gate, Tensor up) = Columns(projected);
        return (gate.clamp_max((float)Limit), up.clamp((float)-Limit, (float)Limit));
    }

    private static (Tensor Gate, Tensor Up) Columns(Tensor projected) =>
        (projected.slice(1, 0, projected.shape[1], 2), projected.slice(1, 1, projected.shape[1], 2));
}
