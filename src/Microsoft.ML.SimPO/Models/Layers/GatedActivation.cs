using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>activation(gate) * up, of a dense MLP or of an expert.</summary>
internal sealed class GatedActivation(Activation activation) : IMlpActivation
{
    /// <param name="gateUp">[N, 2 * intermediate]</param>
    /// <param name="into">[N, intermediate] without values, that becomes the result; null for new memory.</param>
    /// <returns>[N, intermediate]</returns>
    public Tensor Forward(Tensor gateUp, Tensor? into = null)
    {
        using NewScope scope = new();
        (Tensor gate, Tensor up) = Halves(gateUp);
        into ??= scope.Keep(empty(gate.shape, dtype: gate.dtype, device: gate.device));
        if (activation == Activation.Silu) FusedOperations.SiluGate(gate, up, into);
        else FusedOperations.GeluGate(gate, up, into, activation == Activation.GeluTanh);
        return into;
    }

    /// <summary>Turns gate and up into their gradients.</summary>
    /// <param name="gradient">[N, intermediate]</param>
    /// <param name="gateUp">[N, 2 * intermediate], what <see cref="Forward"/> was given</param>
    public void BackwardInPlace(Tensor gradient, Tensor gateUp)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor gate, Tensor up) = Halves(gateUp);
        if (activation == Activation.Silu) FusedOperations.SiluGateBackwardInPlace(gradient, gate, up);
        else FusedOperations.GeluGateBackwardInPlace(gradient, gate, up, activation == Activation.GeluTanh);
    }

    private static (Tensor Gate, Tensor Up) Halves(Tensor gateUp)
    {
        long half = gateUp.shape[1] / 2;
        return (gateUp.narrow(1, 0, half), gateUp.narrow(1, half, half));
    }
}
