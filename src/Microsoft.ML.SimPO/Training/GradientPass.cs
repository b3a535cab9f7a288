using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Forward and backward of one micro-batch: gradients are added to those that the parameters already hold.</summary>
/// <param name="recompute">Keep the layers' inputs alone and compute their activations again in the backward pass.</param>
/// <param name="lookUpPadding">Whether look-ups of the padding token's row give it a gradient; Hugging Face says no.</param>
internal sealed class GradientPass(Decoder decoder, ResponseHead head, bool recompute, bool lookUpPadding = true) : IDisposable
{
    private readonly ActivationMemory _memory = new();

    /// <param name="context">What a group of the micro-batch weighs in its step, with the place of the first one.</param>
    /// <param name="balance">What balances routers: closed, or of this micro-batch alone. Null for nothing.</param>
    /// <returns>Log-probabilities and loss of each group in their order, before any update.</returns>
    public GroupResult[] Run(PackedBatch batch, GroupContext context, RouterBalance? balance = null, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        RoutedRows? routed = balance is null ? null : new RoutedRows(balance, batch.Sequences, decoder.Device);
        using DecoderTape tape = decoder.Record(batch.Tokens, recompute, _memory, routed, cancellationToken);
        balance?.Close();
        (Tensor gradient, GroupResult[] groups) = head.ForwardBackward(tape.Output, batch, context, cancellationToken);
        decoder.Backward(tape, gradient, lookUpPadding, cancellationToken);
        return groups;
    }

    public void Dispose() => _memory.Dispose();
}
