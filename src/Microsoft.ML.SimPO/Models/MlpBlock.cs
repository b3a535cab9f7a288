using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>The MLP branch of a layer: down(activation(gate x) * (up x)) with its norms.</summary>
internal sealed class MlpBlock
{
    private readonly Activation _activation;
    private readonly RmsNorm? _inputNorm, _outputNorm;
    private readonly Linear _gateUp, _down;

    public MlpBlock(DecoderArchitecture architecture, LayerParameters parameters)
    {
        _activation = architecture.Activation;
        _inputNorm = parameters.Norm(parameters.MlpNorm);
        _gateUp = new Linear(parameters.GateUp, parameters.GateUpBias);
        _down = new Linear(parameters.Down, parameters.DownBias);
        _outputNorm = parameters.Norm(parameters.MlpOutputNorm);
    }

    /// <param name="input">[N, hidden]</param>
    /// <param name="keep">Takes what <see cref="Backward"/> needs; null where none will follow.</param>
    /// <returns>[N, hidden]</returns>
    public Tensor Forward(Tensor input, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor gateUp = _gateUp.Forward(Normed(input).Output); // [N, 2 * intermediate]
        keep?.KeepGateUp(gateUp);
        Tensor output = _down.Forward(Gated(gateUp));
        if (_outputNorm is null) return scope.Keep(output);
        keep?.KeepMlpOutput(output);
        return scope.Keep(_outputNorm.Forward(output).Output);
    }

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept)
    {
        using NewScope scope = new();
        if (_outputNorm is not null)
            gradient = _outputNorm.Backward(gradient, kept.MlpOutput!, _outputNorm.Forward(kept.MlpOutput!).ReciprocalRms);
        Tensor gated = _down.Backward(gradient, Gated(kept.GateUp)); // [N, intermediate]
        Tensor gateUp = GatedBackward(gated, kept.GateUp);
        (Tensor normed, Tensor? reciprocalRms) = Normed(input);
        Tensor result = _gateUp.Backward(gateUp, normed);
        return scope.Keep(_inputNorm is null ? result : _inputNorm.Backward(result, input, reciprocalRms!));
    }

    private (Tensor Output, Tensor? ReciprocalRms) Normed(Tensor input) => _inputNorm is null ? (input, null) : _inputNorm.Forward(input);

    private Tensor Gated(Tensor gateUp)
    {
        using NewScope scope = new();
        (Tensor gate, Tensor up) = Halves(gateUp);
        Tensor activated = _activation == Activation.Silu ? nn.functional.silu(gate) : FusedOperations.Gelu(gate, _activation == Activation.GeluTanh);
        return scope.Keep(activated.mul_(up));
    }

    private Tensor GatedBackward(Tensor gradient, Tensor gateUp)
    {
        using NewScope scope = new();
        Tensor result = scope.Keep(empty_like(gateUp));
        (Tensor gate, Tensor up) = Halves(gateUp);
        (Tensor gateGradient, Tensor upGradient) = Halves(result);
        if (_activation == Activation.Silu) FusedOperations.SiluGateBackward(gradient, gate, up, gateGradient, upGradient);
        else FusedOperations.GeluGateBackward(gradient, gate, up, gateGradient, upGradient, _activation == Activation.GeluTanh);
        return result;
    }

    private static (Tensor Gate, Tensor Up) Halves(Tensor gateUp)
    {
        long half = gateUp.shape[1] / 2;
        return (gateUp.narrow(1, 0, half), gateUp.narrow(1, half, half));
    }
}
