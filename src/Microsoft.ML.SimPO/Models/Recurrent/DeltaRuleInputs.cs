using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>What goes into the delta rule, or its gradients, head by head.</summary>
/// <param name="Query">[heads, rows, keyDim]</param>
/// <param name="Key">[heads, rows, keyDim]</param>
/// <param name="Value">[heads, rows, valueDim]</param>
/// <param name="Write">[heads, rows]: how much of the error is written</param>
/// <param name="Decay">[heads, rows]: the logarithm of what is left of the state</param>
internal sealed record DeltaRuleInputs(Tensor Query, Tensor Key, Tensor Value, Tensor Write, Tensor Decay)
{
    public long Rows => Query.shape[1];

    /// <summary>Some rows, views.</summary>
    public DeltaRuleInputs Of(long from, long count) => new(
        Query.narrow(1, from, count), Key.narrow(1, from, count), Value.narrow(1, from, count), Write.narrow(1, from, count), Decay.narrow(1, from, count));

    /// <summary>Without values, of the same shapes.</summary>
    public DeltaRuleInputs Like() => new(empty_like(Query), empty_like(Key), empty_like(Value), empty_like(Write), empty_like(Decay));

    public void CopyFrom(DeltaRuleInputs other)
    {
        Query.copy_(other.Query);
        Key.copy_(other.Key);
        Value.copy_(other.Value);
        Write.copy_(other.Write);
        Decay.copy_(other.Decay);
    }
}
