using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// One more logit of each head that no value belongs to: it takes its share of the softmax and gives nothing. With l the log-sum-exp over the keys and l' that
/// with the sink, the output is e^(l - l') times that without it. A kernel's backward pass that is given this output and l' is right for the other inputs:
/// e^(score - l') are the shares, and the sum of a row's gradient times its output is what they have in common.
/// </summary>
internal static class AttentionSinks
{
    /// <param name="output">[batch, heads, rows, headDim], without sinks</param>
    /// <param name="logSumExp">[batch, heads, rows], without sinks</param>
    /// <param name="sinks">[heads]</param>
    /// <returns>The same with sinks, in the caller's scope.</returns>
    public static (Tensor Output, Tensor LogSumExp) Apply(Tensor output, Tensor logSumExp, Tensor sinks)
    {
        using NewScope scope = new();
        Tensor all = logaddexp(logSumExp, sinks.view(1, -1, 1));
        return scope.Keep((output * (logSumExp - all).exp_().unsqueeze(-1).to(output.dtype), all));
    }

    /// <summary>Adds to the gradient of the sinks.</summary>
    /// <param name="gradient">[batch, heads, rows, headDim]</param>
    /// <param name="output">[batch, heads, rows, headDim], with sinks</param>
    /// <param name="logSumExp">[batch, heads, rows], with sinks</param>
    public static void Backward(Parameter sinks, Tensor gradient, Tensor output, Tensor logSumExp)
    {
        if (!sinks.IsTrained) return;
        using DisposeScope scope = NewDisposeScope();
        Tensor share = (sinks.Value.view(1, -1, 1) - logSumExp).exp_(); // [batch, heads, rows]
        sinks.Gradient.sub_((gradient.to(float32) * output).sum(-1).mul_(share).sum([0L, 2L]));
    }
}
