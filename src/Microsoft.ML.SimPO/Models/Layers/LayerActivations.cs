using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>What a layer keeps of its forward pass for its backward pass. What is cheap to compute again is not here.</summary>
/// <param name="memory">Where the large ones lie; null for memory of their own.</param>
internal sealed class LayerActivations(ActivationMemory? memory = null) : IDisposable
{
    private readonly List<Tensor> _kept = [];

    /// <summary>Before query and key norms, turned where these come last; null where there are none.</summary>
    public Tensor? RawQueryKeyValue { get; private set; }

    /// <summary>[N, (heads + 2 keyValueHeads) * headDim], as attention reads it</summary>
    public Tensor QueryKeyValue { get; private set; } = null!;

    /// <summary>[N, heads * headDim]</summary>
    public Tensor Attention { get; private set; } = null!;

    public List<Tensor> LogSumExps { get; } = [];

    /// <summary>[N, hidden], before the norm behind attention; null where there is none.</summary>
    public Tensor? AttentionOutput { get; private set; }

    /// <summary>[N, 2 * intermediate], or without a gate [N, intermediate], of a dense layer</summary>
    public Tensor GateUp { get; private set; } = null!;

    /// <summary>[N, hidden], before the norm behind the MLP; null where there is none.</summary>
    public Tensor? MlpOutput { get; private set; }

    /// <summary>Which experts computed which rows; null for a dense layer.</summary>
    public ExpertRouting? Routing { get; private set; }

    /// <summary>[rows of the expert, 2 * intermediate], one an expert that was chosen</summary>
    public List<Tensor> ExpertGateUps { get; } = [];

    /// <summary>[N, heads * headDim], what gates attention, before the logistic function; null where nothing does.</summary>
    public Tensor? Gate { get; private set; }

    /// <summary>What a layer without attention has projected; null for one with attention.</summary>
    public Tensor? Mixer { get; private set; }

    /// <summary>[N, 2 * intermediate] of the expert that computes every row; null where there is none.</summary>
    public Tensor? SharedGateUp { get; private set; }

    /// <summary>Widths of all that layers take of an <see cref="ActivationMemory"/>: what each keeps, and once what one needs for a moment.</summary>
    public static IEnumerable<long> Widths(DecoderArchitecture architecture, IEnumerable<LayerArchitecture> layers) =>
        layers.SelectMany(l => Widths(architecture, l)).Concat([architecture.IntermediateSize, architecture.IntermediateSize]); // gated, its gradient

    /// <summary>Widths of what a layer takes by <see cref="Room"/>, its output included.</summary>
    public static IEnumerable<long> Widths(DecoderArchitecture architecture, LayerArchitecture layer)
    {
        long queryKeyValue = architecture.QuerySize + (2 * architecture.KeyValueSize);
        yield return queryKeyValue;
        if (architecture.QueryKeyNorm != QueryKeyNorm.None) yield return queryKeyValue;
        yield return architecture.QuerySize;
        yield return architecture.HeadCount + 1; // log-sum-exps, in chunks of 64 rows or more, each aligned
        if (architecture.OutputNorms) yield return architecture.HiddenSize; // of attention, before its norm
        if (layer.Experts is not null) yield break;
        yield return architecture.ProjectedSize;
        yield return architecture.HiddenSize; // of the MLP, likewise
    }

    /// <returns>[rows, columns] without values, for something that will be kept; null where the result's own memory does</returns>
    public Tensor? Room(long rows, long columns) => memory?.Take(rows, columns);

    /// <summary>Takes memory as <see cref="Room"/> does, which is given back when the result is disposed.</summary>
    public PassingRoom Passing() => new(memory);

    /// <summary>
    /// A copy beside the others where there is such memory: small and long-lived among large and short-lived ones, it would part what is free.
    /// </summary>
    public void KeepLogSumExp(Tensor tensor)
    {
        if (memory is null || tensor.numel() == 0)
        {
            LogSumExps.Add(tensor.DetachFromDisposeScope());
            return;
        }
        using Tensor room = memory.Take(1, tensor.numel());
        LogSumExps.Add(room.view(tensor.shape).DetachFromDisposeScope().copy_(tensor));
    }

    public void KeepRawQueryKeyValue(Tensor tensor) => RawQueryKeyValue = Keep(tensor);

    public void KeepQueryKeyValue(Tensor tensor) => QueryKeyValue = Keep(tensor);

    public void KeepAttention(Tensor tensor) => Attention = Keep(tensor);

    public void KeepAttentionOutput(Tensor tensor) => AttentionOutput = Keep(tensor);

    public void KeepGateUp(Tensor tensor) => GateUp = Keep(tensor);

    public void KeepMlpOutput(Tensor tensor) => MlpOutput = Keep(tensor);

    public void KeepRouting(ExpertRouting routing)
    {
        Routing = routing;
        _kept.AddRange(routing.Detach());
    }

    public void KeepExpertGateUp(Tensor tensor) => ExpertGateUps.Add(Keep(tensor));

    public void KeepGate(Tensor tensor) => Gate = Keep(tensor);

    public void KeepMixer(Tensor tensor) => Mixer = Keep(tensor);

    public void KeepSharedGateUp(Tensor tensor) => SharedGateUp = Keep(tensor);

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
