using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>The MLP branch of a layer with its norms: down(activation(gate x) * (up x)), or down(activation(up x)) without a gate.</summary>
internal sealed class MlpBlock : IMlpBlock
{
    private readonly IMlpActivation _activation;
    private readonly INorm? _inputNorm, _outputNorm;
    private readonly Linear _gateUp, _down;

    public MlpBlock(DecoderArchitecture architecture, LayerParameters parameters)
        : this(architecture, parameters, parameters.Norm(parameters.MlpOutputNorm))
    {
    }

    /// <param name="outputNorm">Before the residual addition; null for none.</param>
    public MlpBlock(DecoderArchitecture architecture, LayerParameters parameters, INorm? outputNorm)
    {
        _activation = parameters.XIelu is { } numbers ? new XIelu(numbers)
            : architecture.GatedMlp ? new GatedActivation(architecture.Activation) : new PlainActivation(architecture.Activation);
        _inputNorm = parameters.Norm(parameters.MlpNorm);
        _gateUp = new Linear(parameters.GateUp!, parameters.GateUpBias);
        _down = new Linear(parameters.Down!, parameters.DownBias);
        _outputNorm = outputNorm;
    }

    public Tensor Forward(Tensor input, LayerActivations? keep, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        Tensor normed = OptionalNorm.Forward(_inputNorm, input).Output;
        Tensor gateUp = _gateUp.Forward(normed, keep?.Room(input.shape[0], _gateUp.Outputs)); // [N, 2 * intermediate], or [N, intermediate]
        keep?.KeepGateUp(gateUp);
        Tensor output = Down(gateUp, keep);
        if (_outputNorm is null) return scope.Keep(output);
        keep?.KeepMlpOutput(output);
        return scope.Keep(_outputNorm.Forward(output).Output);
    }

    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        if (_outputNorm is not null)
            gradient = _outputNorm.Backward(gradient, kept.MlpOutput!, _outputNorm.Forward(kept.MlpOutput!).Statistics);
        Tensor gateUp = kept.GateUp;
        BackwardGated(gradient, gateUp, kept);
        if (_inputNorm is null) return scope.Keep(_gateUp.Backward(gateUp, input));
        using PassingRoom room = kept.Passing();
        (Tensor normed, Tensor statistics) = _inputNorm.Forward(input, room.Take(input.shape[0], input.shape[1]));
        Tensor result = _gateUp.Backward(gateUp, normed, room.Take(input.shape[0], input.shape[1]));
        return scope.Keep(_inputNorm.Backward(result, input, statistics));
    }

    private Tensor Down(Tensor gateUp, LayerActivations? keep)
    {
        Tensor? output = keep?.Room(gateUp.shape[0], _down.Outputs);
        using PassingRoom? room = keep?.Passing();
        using Tensor gated = _activation.Forward(gateUp, room?.Take(gateUp.shape[0], Inner)); // [N, intermediate]
        return _down.Forward(gated, output);
    }

    /// <summary>Turns gate and up, which nobody wants again, into their gradients. The widest place of a layer: what is done with is freed at once.</summary>
    private void BackwardGated(Tensor gradient, Tensor gateUp, LayerActivations kept)
    {
        long rows = gateUp.shape[0], width = Inner;
        using PassingRoom room = kept.Passing();
        using Tensor gated = _activation.Forward(gateUp, room.Take(rows, width)); // [N, intermediate]
        using Tensor gatedGradient = _down.Backward(gradient, gated, room.Take(rows, width));
        gated.Dispose();
        _activation.BackwardInPlace(gatedGradient, gateUp);
    }

    private long Inner => _down.Weight.Shape[1];
}
