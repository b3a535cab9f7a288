using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>
/// c_t = sum over j of w_j u_(t - kernel + 1 + j), each channel by itself, with zeros before a sequence begins. Rows are found by where they lie in the
/// batch: a continuation sees the end of its prefix.
/// </summary>
/// <param name="weight">[channels, 1, kernel]</param>
/// <param name="bias">[channels]; null for none.</param>
internal sealed class CausalConvolution(int layer, Parameter weight, Parameter? bias)
{
    private int Kernel => (int)weight.Shape[2];

    /// <param name="input">[N, channels], float32</param>
    /// <returns>[N, channels]</returns>
    public Tensor Forward(Tensor input, DecoderPass pass)
    {
        using NewScope scope = new();
        Tensor output = pass.States is { IsContinuing: true } states ? Step(input, states) : Whole(input, pass);
        return scope.Keep(bias is null ? output : output.add_(bias.Value));
    }

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    public Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass)
    {
        using NewScope scope = new();
        if (bias is { IsTrained: true }) bias.Gradient.add_(gradient.sum([0L]));
        Tensor padded = Padded(input), result = zeros_like(padded); // [N + 1, channels]
        for (int j = 0; j < Kernel; j++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor rows = pass.Earlier.Back(Kernel - 1 - j);
            if (weight.IsTrained) weight.Gradient.select(2, j).squeeze(1).add_((gradient * padded.index_select(0, rows)).sum([0L]));
            result.index_add_(0, rows, gradient * Tap(j), 1);
        }
        return scope.Keep(result.narrow(0, 0, input.shape[0]));
    }

    private Tensor Whole(Tensor input, DecoderPass pass)
    {
        Tensor padded = Padded(input), output = zeros_like(input);
        for (int j = 0; j < Kernel; j++) output.addcmul_(padded.index_select(0, pass.Earlier.Back(Kernel - 1 - j)), Tap(j), 1);
        if (pass.States is { } states)
        {
            Tensor last = tensor(pass.Earlier.Last(), int64, input.device);
            // The last columns of each sequence, the present one last.
            Tensor[] columns = [.. Enumerable.Range(0, Kernel - 1).Select(j =>
                padded.index_select(0, pass.Earlier.Back(Kernel - 2 - j).index_select(0, last)))];
            states.KeepWindow(layer, stack(columns, 1));
        }
        return output;
    }

    private Tensor Step(Tensor input, RecurrentStates states)
    {
        Tensor seen = cat([states.Window(layer), input.unsqueeze(1)], 1); // [batch, kernel, channels]
        states.KeepWindow(layer, seen.narrow(1, 1, Kernel - 1).contiguous());
        return (seen * weight.Value.squeeze(1).t()).sum([1L]);
    }

    /// <summary>[channels]</summary>
    private Tensor Tap(int j) => weight.Value.select(2, j).squeeze(1);

    /// <summary>With a row of zeros, which is what comes before a sequence.</summary>
    private static Tensor Padded(Tensor input) => cat([input, zeros(1, input.shape[1], float32, input.device)], 0);
}
