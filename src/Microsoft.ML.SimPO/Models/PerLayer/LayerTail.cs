using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.PerLayer;

/// <summary>
/// What comes behind the branches of a layer: y = s (x + norm(projection(activation(gate x) * p))), p the layer's own inputs, s a number that is not trained.
/// </summary>
internal sealed class LayerTail
{
    private readonly int _layer;
    private readonly GatedActivation _gated;
    private readonly Linear? _gate, _projection;
    private readonly INorm? _norm;
    private readonly Parameter? _scalar;

    private LayerTail(DecoderArchitecture architecture, int layer, LayerParameters parameters)
    {
        (_layer, _scalar, _gated) = (layer, parameters.Scalar, new GatedActivation(architecture.Activation));
        if (parameters.PerLayer is not { } own) return;
        (_gate, _projection, _norm) = (new Linear(own.Gate), new Linear(own.Projection), architecture.Norm(own.Norm));
    }

    /// <summary>Null where a layer ends with its branches.</summary>
    public static LayerTail? Of(DecoderArchitecture architecture, int layer, LayerParameters parameters) =>
        parameters.Scalar is null && parameters.PerLayer is null ? null : new LayerTail(architecture, layer, parameters);

    /// <param name="input">[N, hidden]</param>
    public Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor output = input;
        if (_gate is not null)
        {
            keep?.KeepTailInput(input);
            Tensor projected = _projection!.Forward(_gated.Forward(GateAndInputs(input, pass)));
            output = _norm!.Forward(projected).Output.add_(input);
        }
        return scope.Keep(_scalar is null ? output : output * _scalar.Value.to(output.dtype));
    }

    /// <summary>Adds to the parameters' gradients and to that of the layer's own inputs; returns the gradient of the input.</summary>
    public Tensor Backward(Tensor gradient, DecoderPass pass, LayerActivations kept)
    {
        using NewScope scope = new();
        if (_scalar is not null) gradient = gradient * _scalar.Value.to(gradient.dtype);
        if (_gate is null) return scope.Keep(gradient);
        Tensor input = kept.TailInput!, both = GateAndInputs(input, pass), inner = _gated.Forward(both); // [N, 2 * size], [N, size]
        Tensor projected = _projection!.Forward(inner);
        Tensor projectedGradient = _norm!.Backward(gradient, projected, _norm.Forward(projected).Statistics);
        _gated.BackwardInPlace(_projection.Backward(projectedGradient, inner), both);
        long size = both.shape[1] / 2;
        pass.PerLayer!.SetGradient(_layer, both.narrow(1, size, size));
        return scope.Keep(_gate.Backward(both.narrow(1, 0, size).contiguous(), input).add_(gradient));
    }

    private Tensor GateAndInputs(Tensor input, DecoderPass pass) => cat([_gate!.Forward(input), pass.PerLayer!.Of(_layer)], 1);
}
