using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// The expert that computes every row: down(s activation(gate x) (up x)), s = sigmoid of a gate of its own, or 1. As with the other experts s goes in before
/// the down projection, so that its gradient needs no output.
/// </summary>
internal sealed class SharedExpert(Activation activation, SharedExpertParameters parameters)
{
    private readonly GatedActivation _gated = new(activation);
    private readonly Linear _gateUp = new(parameters.GateUp), _down = new(parameters.Down);
    private readonly Linear? _gate = parameters.Gate is null ? null : new(parameters.Gate);

    /// <param name="input">[N, hidden], normed</param>
    /// <returns>[N, hidden]</returns>
    public Tensor Forward(Tensor input, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor gateUp = _gateUp.Forward(input); // [N, 2 * intermediate]
        keep?.KeepSharedGateUp(gateUp);
        Tensor inner = _gated.Forward(gateUp); // [N, intermediate]
        if (_gate is not null) inner.mul_(_gate.Forward(input).sigmoid_());
        return scope.Keep(_down.Forward(inner));
    }

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept)
    {
        using NewScope scope = new();
        Tensor gateUp = kept.SharedGateUp!, inner = _gated.Forward(gateUp); // [N, intermediate]
        if (_gate is null)
        {
            _gated.BackwardInPlace(_down.Backward(gradient, inner), gateUp);
            return scope.Keep(_gateUp.Backward(gateUp, input));
        }
        Tensor weight = _gate.Forward(input).sigmoid_(); // [N, 1]
        Tensor weighted = _down.Backward(gradient, inner * weight);
        Tensor weightGradient = (weighted * inner).sum(-1, keepdim: true).mul_(weight).mul_(1 - weight); // of the gate's logit
        _gated.BackwardInPlace(weighted.mul_(weight), gateUp);
        return scope.Keep(_gateUp.Backward(gateUp, input).add_(_gate.Backward(weightGradient, input)));
    }
}
