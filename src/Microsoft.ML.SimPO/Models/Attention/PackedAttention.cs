using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>
/// Attention within the segments of a batch. Prefix and first continuation are one causal sequence; every other continuation attends to the
/// prefix and to itself. So nothing is computed for pairs of rows that do not see each other, but for the corner of each chunk of queries.
/// </summary>
internal sealed class PackedAttention : IAttention, IDisposable
{
    private readonly DecoderArchitecture _architecture;
    private readonly IAttentionKernel _kernel;
    private readonly IKeyValueSink? _sink;
    private readonly AttentionSequence[] _sequences;
    private readonly Dictionary<int, AttentionMasks> _masks = [];
    private readonly Device _device;

    /// <param name="sink">Is shown every layer's keys and values; null for nobody.</param>
    public PackedAttention(DecoderArchitecture architecture, TokenBatch batch, Device device, IKeyValueSink? sink = null)
    {
        (_architecture, _device, _sink) = (architecture, device, sink);
        _kernel = AttentionKernels.OfSequences(architecture, device);
        _sequences = [.. batch.Segments.SelectMany(AttentionSequence.Of)];
    }

    public Tensor Forward(int layer, Tensor queryKeyValue, LayerActivations? keep, Tensor? sinks = null)
    {
        using NewScope scope = new();
        long rows = queryKeyValue.shape[0];
        Tensor output = scope.Keep(
            keep?.Room(rows, QuerySize(layer)) ?? empty(rows, QuerySize(layer), dtype: queryKeyValue.dtype, device: _device));
        (Tensor query, Tensor key, Tensor value) = Heads(layer, queryKeyValue);
        _sink?.Take(layer, key, value);
        Tensor outputs = OfHeads(layer, output);
        foreach (AttentionSequence sequence in _sequences)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor keys = Keys(key, sequence), values = Keys(value, sequence);
            foreach (AttentionChunk chunk in Chunks(sequence, layer))
            {
                using NewScope innermost = new();
                (Tensor heads, Tensor logSumExp) = _kernel.Forward(Queries(query, sequence, chunk), Seen(keys, chunk), Seen(values, chunk), Mask(chunk, layer));
                if (sinks is not null) (heads, logSumExp) = AttentionSinks.Apply(heads, logSumExp, sinks);
                Queries(outputs, sequence, chunk).copy_(heads);
                keep?.KeepLogSumExp(logSumExp);
            }
        }
        return output;
    }

    /// <summary>The gradient of <see cref="Forward"/> with respect to query, key and value.</summary>
    /// <param name="gradient">[N, heads * headDim]</param>
    /// <param name="kept">Of <see cref="Forward"/>: its input, its output and what it filled in.</param>
    /// <param name="result">[N, (heads + 2 keyValueHeads) * headDim] without values, to be filled in</param>
    /// <param name="sinks">Those of <see cref="Forward"/>, to whose gradient is added.</param>
    public void Backward(int layer, Tensor gradient, LayerActivations kept, Tensor result, Parameter? sinks = null)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor query, Tensor key, Tensor value) = Heads(layer, kept.QueryKeyValue);
        (Tensor queryGradient, Tensor keyGradient, Tensor valueGradient) = Heads(layer, result);
        Tensor outputs = OfHeads(layer, kept.Attention), gradients = OfHeads(layer, gradient);
        int index = 0;
        foreach (AttentionSequence sequence in _sequences)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor keys = Keys(key, sequence), values = Keys(value, sequence);
            foreach (AttentionChunk chunk in Chunks(sequence, layer))
            {
                using NewScope innermost = new();
                Tensor own = Queries(gradients, sequence, chunk), output = Queries(outputs, sequence, chunk), logSumExp = kept.LogSumExps[index++];
                if (sinks is not null) AttentionSinks.Backward(sinks, own, output, logSumExp);
                (Tensor q, Tensor k, Tensor v) = _kernel.Backward(
                    own, Queries(query, sequence, chunk), Seen(keys, chunk), Seen(values, chunk), output, logSumExp, Mask(chunk, layer));
                Queries(queryGradient, sequence, chunk).copy_(q);
                AddKeys(keyGradient, k, sequence, chunk);
                AddKeys(valueGradient, v, sequence, chunk);
            }
        }
    }

    public void Dispose()
    {
        foreach (AttentionMasks masks in _masks.Values) masks.Dispose();
        _masks.Clear();
    }

    /// <summary>Adds the gradient of the keys of a chunk; that of its own rows comes first, as later chunks see them too.</summary>
    /// <param name="to">[N, keyValueHeads, headDim]</param>
    /// <param name="gradient">[1, keyValueHeads, keys, headDim]</param>
    private static void AddKeys(Tensor to, Tensor gradient, AttentionSequence sequence, AttentionChunk chunk)
    {
        int prefix = Math.Max(0, Math.Min(sequence.Prefix, chunk.Earlier) - chunk.FirstKey), firstOwn = Math.Max(chunk.FirstKey, sequence.Prefix);
        int earlier = chunk.Earlier - firstOwn;
        if (prefix > 0) Across(to.narrow(0, sequence.PrefixStart + chunk.FirstKey, prefix)).add_(gradient.narrow(2, 0, prefix));
        if (earlier > 0) Across(to.narrow(0, sequence.Start + firstOwn - sequence.Prefix, earlier)).add_(gradient.narrow(2, prefix, earlier));
        Queries(to, sequence, chunk).copy_(gradient.narrow(2, prefix + earlier, chunk.Rows));
    }

    /// <returns>[rows of prefix and sequence, keyValueHeads, headDim]</returns>
    private static Tensor Keys(Tensor heads, AttentionSequence sequence)
    {
        Tensor own = heads.narrow(0, sequence.Start, sequence.Rows);
        return sequence.Prefix == 0 ? own : cat([heads.narrow(0, sequence.PrefixStart, sequence.Prefix), own], 0);
    }

    /// <returns>[1, heads, rows, headDim], a view</returns>
    private static Tensor Queries(Tensor heads, AttentionSequence sequence, AttentionChunk chunk) =>
        Across(heads.narrow(0, sequence.Start + chunk.From, chunk.Rows));

    /// <returns>[1, keyValueHeads, keys, headDim], a view</returns>
    private static Tensor Seen(Tensor keys, AttentionChunk chunk) => Across(keys.narrow(0, chunk.FirstKey, chunk.Keys));

    private static Tensor Across(Tensor rows) => rows.transpose(0, 1).unsqueeze(0);

    private IEnumerable<AttentionChunk> Chunks(AttentionSequence sequence, int layer) =>
        sequence.Chunks(_kernel.QueriesAtOnce, _architecture.Layers[layer].Window);

    /// <summary>Null where the chunk is a whole sequence that the kernel masks itself.</summary>
    private Tensor? Mask(AttentionChunk chunk, int layer)
    {
        int? window = _architecture.Layers[layer].Window;
        if (chunk.Earlier == 0 && !(window < chunk.Rows)) return null;
        if (!_masks.TryGetValue(window ?? 0, out AttentionMasks? masks))
        {
            AttentionChunk[] all = [.. _sequences.SelectMany(s => s.Chunks(_kernel.QueriesAtOnce, window))];
            _masks[window ?? 0] = masks = new AttentionMasks(all.Max(c => c.Rows), all.Max(c => c.Earlier), window, _device);
        }
        return masks.Of(chunk);
    }

    private long QuerySize(int layer) => _architecture.QuerySizeOf(_architecture.Layers[layer]);

    private Tensor OfHeads(int layer, Tensor rows) => rows.view(-1, _architecture.HeadCount, _architecture.HeadDimOf(_architecture.Layers[layer]));

    private (Tensor Query, Tensor Key, Tensor Value) Heads(int layer, Tensor queryKeyValue)
    {
        DecoderArchitecture a = _architecture;
        int keys = a.KeyValueHeadsOf(a.Layers[layer]);
        Tensor heads = queryKeyValue.view(-1, a.HeadCount + (2 * keys), a.HeadDimOf(a.Layers[layer])); // [N, heads, headDim]
        return (heads.narrow(1, 0, a.HeadCount), heads.narrow(1, a.HeadCount, keys), heads.narrow(1, a.HeadCount + keys, keys));
    }
}
