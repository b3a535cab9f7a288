using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>activation(gate) * up, of a dense MLP or of an expert.</summary>
internal sealed class GatedActivation(Activation activation)
{
    /// <param name="gateUp">[N, 2 * intermediate]</param>
    /// <returns>[N, intermediate]</returns>
    public Tensor Forward(Tensor gateUp)
    {
        using NewScope scope = new();
        (Tensor gate, Tensor up) = Halves(gateUp);
        Tensor activated = activation == Activation.Silu ? nn.functional.silu(gate) : FusedOperations.Gelu(gate, activation == Activation.GeluTanh);
        return scope.Keep(activated.mul_(up));
    }

    /// <param name="gradient">[N, intermediate]</param>
    /// <param name="gateUp">What <see cref="Forward"/> was given.</param>
    /// <returns>[N, 2 * intermediate]</returns>
    public Tensor Backward(Tensor gradient, Tensor gateUp)
    {
        using NewScope scope = new();
        Tensor result = scope.Keep(empty_like(gateUp));
        (Tensor gate, Tensor up) = Halves(gateUp);
        (Tensor gateGradient, Tensor upGradient) = Halves(result);
        if (activation == Activation.Silu) FusedOperations.SiluGateBackward(gradient, gate, up, gateGradient, upGradient);
        else FusedOperations.GeluGateBackward(gradient, gate, up, gateGradient, upGradient, activation == Activation.GeluTanh);
        return result;
    }

    private static (Tensor Gate, Tensor Up) Halves(Tensor gateUp)
    {
        long half = gateUp.shape[1] / 2;
        return (gateUp.narrow(1, 0, half), gateUp.narrow(1, half, half));
    }
}
