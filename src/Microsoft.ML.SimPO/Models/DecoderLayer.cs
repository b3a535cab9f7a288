using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Recurrent;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>x' = x + m attention(x); y = x' + m mlp(x'), or x' + m mlp(x) where branches are parallel, with m the residual multiplier.</summary>
internal sealed class DecoderLayer(DecoderArchitecture architecture, int index, LayerParameters parameters)
{
    private readonly IMixerBlock _mixer = parameters.Convolution is { } convolution ? new ShortConvolutionBlock(architecture, index, parameters, convolution)
        : parameters.DeltaRule is { } rule ? new DeltaRuleBlock(architecture, index, parameters, rule)
        : new AttentionBlock(architecture, index, parameters);
    private readonly IMlpBlock _mlp = parameters.Experts is null
        ? new MlpBlock(architecture, parameters)
        : new ExpertsBlock(architecture, parameters, parameters.Experts);
    private readonly float _multiplier = (float)architecture.ResidualMultiplier;

    public LayerParameters Parameters => parameters;

    /// <param name="input">[N, hidden]</param>
    /// <param name="keep">Takes what <see cref="Backward"/> needs; null where none will follow.</param>
    /// <returns>[N, hidden]</returns>
    public Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor middle = Added(_mixer.Forward(input, pass, keep), input);
        return scope.Keep(Added(_mlp.Forward(architecture.ParallelBranches ? input : middle, keep, pass.Routed), middle));
    }

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    /// <param name="gradient">[N, hidden]</param>
    /// <param name="input">What <see cref="Forward"/> was given.</param>
    public Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass, LayerActivations kept)
    {
        using NewScope scope = new();
        if (architecture.ParallelBranches)
        {
            Tensor mlp = _mlp.Backward(Scaled(gradient), input, kept, pass.Routed);
            return scope.Keep(_mixer.Backward(Scaled(gradient), input, pass, kept).add_(mlp).add_(gradient));
        }
        Tensor middle;
        using (Tensor again = Added(_mixer.Output(kept), input)) middle = _mlp.Backward(Scaled(gradient), again, kept, pass.Routed).add_(gradient);
        return scope.Keep(_mixer.Backward(Scaled(middle), input, pass, kept).add_(middle));
    }

    /// <summary>stream + m branch, in the branch's memory</summary>
    private Tensor Added(Tensor branch, Tensor stream) => _multiplier == 1 ? branch.add_(stream) : branch.mul_(_multiplier).add_(stream);

    private Tensor Scaled(Tensor gradient) => _multiplier == 1 ? gradient : gradient * _multiplier;
}
