using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What a layer keeps of its forward pass for its backward pass. What is cheap to compute again is not here.</summary>
/// <param name="memory">Where the large ones lie; null for memory of their own.</param>
internal sealed class LayerActivations(ActivationMemory? memory = null) : IDisposable
{
    private readonly List<Tensor> _kept = [];

    /// <summary>Before query and key norms; null where there are none.</summary>
    public Tensor? RawQueryKeyValue { get; private set; }

    /// <summary>[N, (heads + 2 keyValueHeads) * headDim], as attention reads it</summary>
    public Tensor QueryKeyValue { get; private set; } = null!;

    /// <summary>[N, heads * headDim]</summary>
    public Tensor Attention { get; private set; } = null!;

    public List<Tensor> LogSumExps { get; } = [];

    /// <summary>[N, hidden], before the norm behind attention; null where there is none.</summary>
    public Tensor? AttentionOutput { get; private set; }

    /// <summary>[N, hidden], between attention and MLP</summary>
    public Tensor Middle { get; private set; } = null!;

    /// <summary>[N, 2 * intermediate], of a dense layer</summary>
    public Tensor GateUp { get; private set; } = null!;

    /// <summary>[N, hidden], before the norm behind the MLP; null where there is none.</summary>
    public Tensor? MlpOutput { get; private set; }

    /// <summary>Which experts computed which rows; null for a dense layer.</summary>
    public ExpertRouting? Routing { get; private set; }

    /// <summary>[rows of the expert, 2 * intermediate], one an expert that was chosen</summary>
    public List<Tensor> ExpertGateUps { get; } = [];

    /// <summary>Widths of what a layer takes by <see cref="Room"/>, its output included.</summary>
    public static IEnumerable<long> Widths(DecoderArchitecture architecture, LayerArchitecture layer)
    {
        long queryKeyValue = architecture.QuerySize + (2 * architecture.KeyValueSize);
        yield return queryKeyValue;
        if (architecture.QueryKeyNorm != QueryKeyNorm.None) yield return queryKeyValue;
        yield return architecture.QuerySize;
        yield return architecture.HiddenSize; // of attention: with its residual, or before a norm
        if (layer.Experts is not null) yield break;
        yield return 2 * architecture.IntermediateSize;
        yield return architecture.HiddenSize; // of the MLP, likewise
    }

    /// <returns>[rows, columns] without values, for something that will be kept; null where the result's own memory does</returns>
    public Tensor? Room(long rows, long columns) => memory?.Take(rows, columns);

    public void KeepRawQueryKeyValue(Tensor tensor) => RawQueryKeyValue = Keep(tensor);

    public void KeepQueryKeyValue(Tensor tensor) => QueryKeyValue = Keep(tensor);

    public void KeepAttention(Tensor tensor) => Attention = Keep(tensor);

    public void KeepAttentionOutput(Tensor tensor) => AttentionOutput = Keep(tensor);

    public void KeepMiddle(Tensor tensor) => Middle = Keep(tensor);

    public void KeepGateUp(Tensor tensor) => GateUp = Keep(tensor);

    public void KeepMlpOutput(Tensor tensor) => MlpOutput = Keep(tensor);

    public void KeepRouting(ExpertRouting routing)
    {
        Routing = routing;
        _kept.AddRange(routing.Detach());
    }

    public void KeepExpertGateUp(Tensor tensor) => ExpertGateUps.Add(Keep(tensor));

    public void Dispose()
    {
        foreach (Tensor tensor in _kept.Concat(LogSumExps)) tensor.Dispose();
        _kept.Clear();
        LogSumExps.Clear();
    }

    private Tensor Keep(Tensor tensor)
    {
        _kept.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
