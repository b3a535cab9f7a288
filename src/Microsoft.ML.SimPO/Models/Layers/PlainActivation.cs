using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>activation(x), of an MLP without a gate.</summary>
internal sealed class PlainActivation(Activation activation) : IMlpActivation
{
    public Tensor Forward(Tensor projected, Tensor? into = null)
    {
        using NewScope scope = new();
        into ??= scope.Keep(empty_like(projected));
        if (activation == Activation.ReluSquared) into.copy_(projected).relu_().pow_(2);
        else if (activation == Activation.Silu) FusedOperations.Silu(projected, into);
        else FusedOperations.Gelu(projected, into, activation == Activation.GeluTanh);
        return into;
    }

    public void BackwardInPlace(Tensor gradient, Tensor projected)
    {
        using DisposeScope scope = NewDisposeScope();
        if (activation == Activation.ReluSquared) projected.relu_().mul_(gradient).mul_(2f);
        else if (activation == Activation.Silu) FusedOperations.SiluBackwardInPlace(gradient, projected);
        else FusedOperations.GeluBackwardInPlace(gradient, projected, activation == Activation.GeluTanh);
    }
}
