using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>out(C * convolution(B * x)), with B, C and x of one projection.</summary>
internal sealed class ShortConvolutionBlock : IMixerBlock
{
    private readonly INorm? _inputNorm;
    private readonly Linear _input, _output;
    private readonly CausalConvolution _convolution;
    private readonly long _hidden;

    public ShortConvolutionBlock(DecoderArchitecture architecture, int layer, LayerParameters parameters, ShortConvolutionParameters own)
    {
        _hidden = architecture.HiddenSize;
        _inputNorm = parameters.Norm(parameters.InputNorm);
        (_input, _output) = (new Linear(own.Input, own.InputBias), new Linear(own.Output, own.OutputBias));
        _convolution = new CausalConvolution(layer, own.Kernel, own.KernelBias);
    }

    public Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor projected = _input.Forward(OptionalNorm.Forward(_inputNorm, input).Output); // [N, 3 * hidden]
        (Tensor before, Tensor after, Tensor x) = Parts(projected);
        Tensor convolved = _convolution.Forward((before * x).to(float32), pass); // [N, hidden]
        Tensor gated = convolved.to(projected.dtype).mul(after);
        keep?.KeepMixer(projected);
        keep?.KeepAttention(gated);
        return scope.Keep(_output.Forward(gated));
    }

    public Tensor Output(LayerActivations kept) => _output.Forward(kept.Attention);

    public Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass, LayerActivations kept)
    {
        using NewScope scope = new();
        Tensor gated = _output.Backward(gradient, kept.Attention); // of what goes into the output
        (Tensor before, Tensor after, Tensor x) = Parts(kept.Mixer!);
        Tensor inner = (before * x).to(float32), convolved = _convolution.Forward(inner, pass).to(gated.dtype);
        Tensor innerGradient = _convolution.Backward((gated * after).to(float32), inner, pass).to(gated.dtype);
        Tensor projected = cat([innerGradient * x, gated * convolved, innerGradient * before], 1); // [N, 3 * hidden]
        if (_inputNorm is null) return scope.Keep(_input.Backward(projected, input));
        (Tensor normed, Tensor statistics) = _inputNorm.Forward(input);
        return scope.Keep(_inputNorm.Backward(_input.Backward(projected, normed), input, statistics));
    }

    /// <summary>[N, hidden] each, views: what gates the input, what gates the output, and the input.</summary>
    private (Tensor Before, Tensor After, Tensor X) Parts(Tensor projected) =>
        (projected.narrow(1, 0, _hidden), projected.narrow(1, _hidden, _hidden), projected.narrow(1, 2 * _hidden, _hidden));
}
