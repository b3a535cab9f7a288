using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// Attention within the segments of a batch. Prefix and first continuation are one causal sequence; the second continuation attends to the
/// prefix and to itself. So nothing is computed for pairs of rows that do not see each other.
/// </summary>
internal sealed class PackedAttention : IAttention, IDisposable
{
    private readonly DecoderArchitecture _architecture;
    private readonly TokenBatch _batch;
    private readonly IAttentionKernel _kernel;
    private readonly IKeyValueSink? _sink;
    private readonly Dictionary<(int Segment, int Window, bool Second), Tensor> _masks = [];
    private readonly Device _device;

    /// <param name="sink">Is shown every layer's keys and values; null for nobody.</param>
    public PackedAttention(DecoderArchitecture architecture, TokenBatch batch, Device device, IKeyValueSink? sink = null)
    {
        (_architecture, _batch, _device, _sink) = (architecture, batch, device, sink);
        _kernel = AttentionKernels.For(architecture, device);
    }

    public Tensor Forward(int layer, Tensor queryKeyValue, List<Tensor>? logSumExps)
    {
        using NewScope scope = new();
        Tensor output = scope.Keep(empty(queryKeyValue.shape[0], _architecture.QuerySize, dtype: queryKeyValue.dtype, device: _device));
        (Tensor query, Tensor key, Tensor value) = Heads(queryKeyValue);
        _sink?.Take(layer, key, value);
        foreach (Part part in Parts(layer))
        {
            using NewScope inner = new();
            (Tensor heads, Tensor logSumExp) = _kernel.Forward(Rows(query, part), Keys(key, part), Keys(value, part), part.Mask);
            Rows(output.view(-1, _architecture.HeadCount, _architecture.HeadDim), part).copy_(heads);
            logSumExps?.Add(logSumExp.DetachFromDisposeScope());
        }
        return output;
    }

    /// <summary>The gradient of <see cref="Forward"/> with respect to query, key and value.</summary>
    /// <param name="gradient">[N, heads * headDim]</param>
    /// <param name="output">What <see cref="Forward"/> returned.</param>
    /// <param name="logSumExps">What it filled in.</param>
    /// <returns>[N, (heads + 2 keyValueHeads) * headDim]</returns>
    public Tensor Backward(int layer, Tensor gradient, Tensor queryKeyValue, Tensor output, IReadOnlyList<Tensor> logSumExps)
    {
        using NewScope scope = new();
        Tensor result = scope.Keep(empty_like(queryKeyValue));
        (Tensor query, Tensor key, Tensor value) = Heads(queryKeyValue);
        (Tensor queryGradient, Tensor keyGradient, Tensor valueGradient) = Heads(result);
        Tensor outputs = output.view(-1, _architecture.HeadCount, _architecture.HeadDim), gradients = gradient.view(-1, _architecture.HeadCount, _architecture.HeadDim);
        int index = 0;
        foreach (Part part in Parts(layer))
        {
            using NewScope inner = new();
            (Tensor q, Tensor k, Tensor v) = _kernel.Backward(
                Rows(gradients, part), Rows(query, part), Keys(key, part), Keys(value, part), Rows(outputs, part), logSumExps[index++], part.Mask);
            Rows(queryGradient, part).copy_(q);
            StoreKeys(keyGradient, k, part);
            StoreKeys(valueGradient, v, part);
        }
        return result;
    }

    public void Dispose()
    {
        foreach (Tensor mask in _masks.Values) mask.Dispose();
        _masks.Clear();
    }

    private (Tensor Query, Tensor Key, Tensor Value) Heads(Tensor queryKeyValue)
    {
        DecoderArchitecture a = _architecture;
        Tensor heads = queryKeyValue.view(-1, a.HeadCount + (2 * a.KeyValueHeadCount), a.HeadDim); // [N, heads, headDim]
        return (heads.narrow(1, 0, a.HeadCount), heads.narrow(1, a.HeadCount, a.KeyValueHeadCount), heads.narrow(1, a.HeadCount + a.KeyValueHeadCount, a.KeyValueHeadCount));
    }

    private IEnumerable<Part> Parts(int layer)
    {
        int? window = _architecture.Layers[layer].Window;
        for (int i = 0; i < _batch.Segments.Length; i++)
        {
            AttentionSegment s = _batch.Segments[i];
            int causal = s.Prefix + s.First;
            bool slides = window < causal;
            yield return new Part(s.Start, causal, s.Start, 0, slides ? Mask(i, window, second: false) : null);
            if (s.Second > 0)
                yield return new Part(s.Start + causal, s.Second, s.Start, s.Prefix, Mask(i, window, second: true));
        }
    }

    private Tensor Mask(int index, int? window, bool second)
    {
        if (_masks.TryGetValue((index, window ?? 0, second), out Tensor? known)) return known;
        AttentionSegment s = _batch.Segments[index];
        int[] rows = _batch.Positions[s.Start..(s.Start + s.Rows)];
        int[] queries = second ? rows[(s.Prefix + s.First)..] : rows[..(s.Prefix + s.First)];
        int[] keys = second ? [.. rows[..s.Prefix], .. queries] : queries;
        return _masks[(index, window ?? 0, second)] = AttentionMasks.ByPosition(queries, keys, window, _device).DetachFromDisposeScope();
    }

    /// <returns>[1, heads, rows, headDim], a view</returns>
    private static Tensor Rows(Tensor heads, Part part) => Across(heads.narrow(0, part.Start, part.Rows));

    private static Tensor Keys(Tensor heads, Part part)
    {
        Tensor own = heads.narrow(0, part.Start, part.Rows);
        return Across(part.Prefix == 0 ? own : cat([heads.narrow(0, part.PrefixStart, part.Prefix), own], 0));
    }

    private static void StoreKeys(Tensor gradient, Tensor keys, Part part)
    {
        Rows(gradient, part).copy_(keys.narrow(2, part.Prefix, part.Rows));
        if (part.Prefix > 0) Across(gradient.narrow(0, part.PrefixStart, part.Prefix)).add_(keys.narrow(2, 0, part.Prefix));
    }

    private static Tensor Across(Tensor rows) => rows.transpose(0, 1).unsqueeze(0);

    /// <summary>Queries [Start, Start + Rows) over the keys of a prefix and of themselves.</summary>
    private readonly record struct Part(int Start, int Rows, int PrefixStart, int Prefix, Tensor? Mask);
}
