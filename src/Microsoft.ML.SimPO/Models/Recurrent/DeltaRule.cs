using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>
/// The gated delta rule over the sequences of a batch, chunk by chunk. A prefix runs once, each continuation begins with its end state; backward the gradients
/// of that state add up. States between chunks are computed again.
/// </summary>
internal static class DeltaRule
{
    /// <param name="output">[heads, N, valueDim] without values, to be filled in</param>
    /// <returns>The state behind each segment's last continuation, [segments, heads, keyDim, valueDim]</returns>
    public static Tensor Forward(DeltaRuleInputs inputs, TokenBatch batch, Tensor output)
    {
        using NewScope scope = new();
        List<Tensor> ends = [];
        foreach (AttentionSegment segment in batch.Segments)
        {
            Tensor begin = Run(inputs.Of(segment.Start, segment.Prefix), Zero(inputs), output.narrow(1, segment.Start, segment.Prefix)), end = begin;
            foreach ((int start, int rows) in segment.Parts()) end = Run(inputs.Of(start, rows), begin, output.narrow(1, start, rows));
            ends.Add(end);
        }
        return scope.Keep(stack(ends, 0));
    }

    /// <param name="gradient">[heads, N, valueDim], of the output</param>
    public static DeltaRuleInputs Backward(DeltaRuleInputs inputs, TokenBatch batch, Tensor gradient)
    {
        DeltaRuleInputs result = inputs.Like();
        foreach (AttentionSegment segment in batch.Segments)
        {
            using DisposeScope scope = NewDisposeScope();
            DeltaRuleInputs prefix = inputs.Of(segment.Start, segment.Prefix);
            List<Tensor> states = States(prefix, Zero(inputs));
            Tensor end = zeros_like(states[^1]);
            foreach ((int start, int rows) in segment.Parts())
            {
                DeltaRuleInputs own = inputs.Of(start, rows);
                end.add_(RunBackward(own, States(own, states[^1]), gradient.narrow(1, start, rows), Zero(inputs), result.Of(start, rows)));
            }
            RunBackward(prefix, states, gradient.narrow(1, segment.Start, segment.Prefix), end, result.Of(segment.Start, segment.Prefix));
        }
        return result;
    }

    /// <summary>One token of each sequence.</summary>
    /// <param name="inputs">Rows are sequences.</param>
    /// <param name="state">[batch, heads, keyDim, valueDim]</param>
    /// <returns>[heads, batch, valueDim], and the states behind</returns>
    public static (Tensor Output, Tensor State) Step(DeltaRuleInputs inputs, Tensor state)
    {
        using NewScope scope = new();
        Tensor Of(Tensor t) => t.transpose(0, 1); // [batch, heads, ...]
        Tensor key = Of(inputs.Key).unsqueeze(-1), query = Of(inputs.Query).unsqueeze(-1); // [batch, heads, keyDim, 1]
        Tensor left = state * Of(inputs.Decay).exp().unsqueeze(-1).unsqueeze(-1);
        Tensor error = (Of(inputs.Value) - (left * key).sum([2L])) * Of(inputs.Write).unsqueeze(-1); // [batch, heads, valueDim]
        Tensor next = left + (key * error.unsqueeze(2));
        return scope.Keep(((next * query).sum([2L]).transpose(0, 1), next));
    }

    private static Tensor Zero(DeltaRuleInputs inputs) =>
        zeros([inputs.Key.shape[0], inputs.Key.shape[2], inputs.Value.shape[2]], float32, inputs.Key.device);

    private static IEnumerable<(long From, long Count)> Chunks(long rows)
    {
        for (long from = 0; from < rows; from += DeltaRuleKernel.ChunkRows) yield return (from, Math.Min(DeltaRuleKernel.ChunkRows, rows - from));
    }

    /// <returns>The state behind.</returns>
    private static Tensor Run(DeltaRuleInputs inputs, Tensor state, Tensor output)
    {
        using NewScope scope = new();
        foreach ((long from, long count) in Chunks(inputs.Rows))
        {
            (Tensor part, state) = DeltaRuleKernel.Forward(inputs.Of(from, count), state);
            output.narrow(1, from, count).copy_(part);
        }
        return inputs.Rows == 0 ? state : scope.Keep(state);
    }

    /// <summary>Before each chunk, and behind the last.</summary>
    private static List<Tensor> States(DeltaRuleInputs inputs, Tensor state)
    {
        List<Tensor> states = [state];
        foreach ((long from, long count) in Chunks(inputs.Rows)) states.Add(DeltaRuleKernel.Forward(inputs.Of(from, count), states[^1]).State);
        return states;
    }

    /// <param name="end">The gradient of the state behind.</param>
    /// <returns>The gradient of the state before.</returns>
    private static Tensor RunBackward(DeltaRuleInputs inputs, List<Tensor> states, Tensor gradient, Tensor end, DeltaRuleInputs result)
    {
        (long From, long Count)[] chunks = [.. Chunks(inputs.Rows)];
        for (int i = chunks.Length - 1; i >= 0; i--)
        {
            (long from, long count) = chunks[i];
            (DeltaRuleInputs own, end) = DeltaRuleKernel.Backward(inputs.Of(from, count), states[i], gradient.narrow(1, from, count), end);
            result.Of(from, count).CopyFrom(own);
        }
        return end;
    }
}
