using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>norm(norm1(mlp(x)) + norm2(experts(x))): an MLP computes every row beside the experts.</summary>
internal sealed class MlpBesideExperts(DecoderArchitecture architecture, LayerParameters parameters, ExpertParameters experts, BesideNorms norms) : IMlpBlock
{
    private readonly MlpBlock _mlp = new(architecture, parameters, architecture.Norm(norms.MlpOutput));
    private readonly ExpertsBlock _experts =
        new(architecture, experts, architecture.Norm(norms.ExpertInput), architecture.Norm(norms.ExpertOutput));
    private readonly INorm _norm = parameters.Norm(parameters.MlpOutputNorm)!;

    public Tensor Forward(Tensor input, LayerActivations? keep, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        Tensor sum = _mlp.Forward(input, keep).add_(_experts.Forward(input, keep?.KeepBeside(), routed));
        keep?.KeepSum(sum);
        return scope.Keep(_norm.Forward(sum).Output);
    }

    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        Tensor sum = _norm.Backward(gradient, kept.Sum!, _norm.Forward(kept.Sum!).Statistics);
        return scope.Keep(_mlp.Backward(sum, input, kept).add_(_experts.Backward(sum, input, kept.Beside!, routed)));
    }
}
