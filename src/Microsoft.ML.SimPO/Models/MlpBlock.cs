using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>The MLP branch of a layer: down(activation(gate x) * (up x)) with its norms.</summary>
internal sealed class MlpBlock : IMlpBlock
{
    private readonly GatedActivation _gated;
    private readonly RmsNorm? _inputNorm, _outputNorm;
    private readonly Linear _gateUp, _down;

    public MlpBlock(DecoderArchitecture architecture, LayerParameters parameters)
    {
        _gated = new GatedActivation(architecture.Activation);
        _inputNorm = parameters.Norm(parameters.MlpNorm);
        _gateUp = new Linear(parameters.GateUp!, parameters.GateUpBias);
        _down = new Linear(parameters.Down!, parameters.DownBias);
        _outputNorm = parameters.Norm(parameters.MlpOutputNorm);
    }

    public Tensor Forward(Tensor input, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor gateUp = _gateUp.Forward(Normed(input).Output, keep?.Room(input.shape[0], _gateUp.Outputs)); // [N, 2 * intermediate]
        keep?.KeepGateUp(gateUp);
        Tensor output = _down.Forward(_gated.Forward(gateUp), keep?.Room(input.shape[0], _down.Outputs));
        if (_outputNorm is null) return scope.Keep(output);
        keep?.KeepMlpOutput(output);
        return scope.Keep(_outputNorm.Forward(output).Output);
    }

    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept)
    {
        using NewScope scope = new();
        if (_outputNorm is not null)
            gradient = _outputNorm.Backward(gradient, kept.MlpOutput!, _outputNorm.Forward(kept.MlpOutput!).ReciprocalRms);
        Tensor gateUp = kept.GateUp;
        BackwardGated(gradient, gateUp);
        (Tensor normed, Tensor? reciprocalRms) = Normed(input);
        Tensor result = _gateUp.Backward(gateUp, normed);
        return scope.Keep(_inputNorm is null ? result : _inputNorm.Backward(result, input, reciprocalRms!));
    }

    /// <summary>Turns gate and up, which nobody wants again, into their gradients. The widest place of a layer: what is done with is freed at once.</summary>
    private void BackwardGated(Tensor gradient, Tensor gateUp)
    {
        using Tensor gated = _gated.Forward(gateUp); // [N, intermediate]
        using Tensor gatedGradient = _down.Backward(gradient, gated);
        gated.Dispose();
        _gated.BackwardInPlace(gatedGradient, gateUp);
    }

    private (Tensor Output, Tensor? ReciprocalRms) Normed(Tensor input) => _inputNorm is null ? (input, null) : _inputNorm.Forward(input);
}
