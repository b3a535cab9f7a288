using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Recurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>Keys and values of the sequences that are being continued, a row of the batch each, so that a step computes one token a sequence.</summary>
internal sealed class KeyValueCache : IAttention, IDisposable
{
    private const int Block = 64;

    private readonly DecoderArchitecture _architecture;
    private readonly IAttentionKernel _kernel;
    private readonly Device _device;
    private readonly Tensor[] _keys, _values; // [batch, keyValueHeads, capacity, headDim]
    private readonly Dictionary<int, Tensor> _masks = [];
    private int[] _lengths;
    private long _capacity;
    private Tensor? _rows, _columns;

    /// <param name="tokens">So many tokens of each sequence have room at first; it grows with them.</param>
    public KeyValueCache(DecoderArchitecture architecture, int batch, int tokens, Device device)
    {
        (_architecture, _device, _lengths, _capacity) = (architecture, device, new int[batch], InBlocks(tokens));
        _kernel = AttentionKernels.OfTokens(architecture, device);
        _keys = [.. architecture.Layers.Select(layer => Allocate(layer, batch))];
        _values = [.. architecture.Layers.Select(layer => Allocate(layer, batch))];
        States = new RecurrentStates(architecture.Layers.Count);
    }

    /// <summary>Of layers without attention.</summary>
    public RecurrentStates States { get; }

    /// <summary>Tokens of each sequence that are in the cache.</summary>
    public IReadOnlyList<int> Lengths => _lengths;

    /// <summary>Takes what a batch of whole sequences computes: sequence i becomes row <paramref name="rows"/>[i].</summary>
    public IKeyValueSink Fill(TokenBatch batch, int[] rows)
    {
        States.IsContinuing = false;
        for (int i = 0; i < rows.Length; i++) _lengths[rows[i]] = batch.Segments[i].Rows;
        Reserve(_lengths.Max());
        return new Filler(this, batch, rows);
    }

    /// <summary>Makes room for one token a row; the next forward pass must be given exactly these.</summary>
    public void Advance()
    {
        ClearStep();
        States.IsContinuing = true;
        _rows = arange(_lengths.Length, int64, _device).DetachFromDisposeScope();
        _columns = tensor(_lengths.Select(l => (long)l).ToArray(), int64, _device).DetachFromDisposeScope();
        for (int i = 0; i < _lengths.Length; i++) _lengths[i]++;
        Reserve(_lengths.Max());
    }

    /// <summary>Keeps only these rows, in this order.</summary>
    public void Select(int[] rows)
    {
        ClearStep();
        using Tensor index = tensor(rows, int64, _device);
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = Taken(_keys[i], index);
            _values[i] = Taken(_values[i], index);
        }
        States.Select(index);
        _lengths = [.. rows.Select(r => _lengths[r])];
    }

    /// <param name="queryKeyValue">[batch, (heads + 2 keyValueHeads) * headDim], one token a row</param>
    public Tensor Forward(int layer, Tensor queryKeyValue, LayerActivations? keep, Tensor? sinks = null)
    {
        using DisposeScope scope = NewDisposeScope();
        DecoderArchitecture a = _architecture;
        int keyHeads = a.KeyValueHeadsOf(a.Layers[layer]);
        Tensor heads = queryKeyValue.view(-1, a.HeadCount + (2 * keyHeads), a.HeadDimOf(a.Layers[layer])); // [batch, heads, headDim]
        // The cache is float32 whatever the layers compute in.
        Tensor query = heads.narrow(1, 0, a.HeadCount).unsqueeze(2).to(float32); // [batch, heads, 1, headDim]
        Store(_keys[layer], heads.narrow(1, a.HeadCount, keyHeads));
        Store(_values[layer], heads.narrow(1, a.HeadCount + keyHeads, keyHeads));
        int longest = _lengths.Max();
        Tensor keys = _keys[layer].narrow(2, 0, longest), values = _values[layer].narrow(2, 0, longest);
        (Tensor output, Tensor logSumExp) = _kernel.Forward(query, keys, values, Mask(a.Layers[layer].Window, longest));
        if (sinks is not null) output = AttentionSinks.Apply(output, logSumExp, sinks).Output;
        return scope.MoveToOuter(output.reshape(-1, a.QuerySizeOf(a.Layers[layer])).to(queryKeyValue.dtype));
    }

    public void Dispose()
    {
        ClearStep();
        foreach (Tensor tensor in _keys.Concat(_values)) tensor.Dispose();
        States.Dispose();
    }

    /// <summary>Rounded up, so that caches of like length have one size.</summary>
    private static long InBlocks(long tokens) => (tokens + Block - 1) / Block * Block;

    /// <summary>Nothing for a layer without attention.</summary>
    private Tensor Allocate(LayerArchitecture layer, int batch) => zeros(
        batch, layer.HasAttention ? _architecture.KeyValueHeadsOf(layer) : 0, _capacity, _architecture.HeadDimOf(layer), float32, _device)
        .DetachFromDisposeScope();

    /// <summary>Makes room for so many tokens a sequence; twice the room that was there, so that each is copied a few times at most.</summary>
    private void Reserve(int tokens)
    {
        if (tokens <= _capacity) return;
        (long filled, _capacity) = (_capacity, InBlocks(Math.Max(tokens, 2 * _capacity)));
        foreach (Tensor[] cache in new[] { _keys, _values })
        {
            for (int i = 0; i < cache.Length; i++)
            {
                using Tensor old = cache[i];
                cache[i] = Allocate(_architecture.Layers[i], (int)old.shape[0]);
                using Tensor place = cache[i].narrow(2, 0, filled);
                place.copy_(old);
            }
        }
    }

    private static Tensor Taken(Tensor from, Tensor index)
    {
        using (from) return from.index_select(0, index).DetachFromDisposeScope();
    }

    /// <summary>cache[row, :, column of the row] = token</summary>
    private void Store(Tensor cache, Tensor tokens)
    {
        using Tensor transposed = cache.transpose(1, 2); // [batch, capacity, keyValueHeads, headDim]
        transposed.index_put_(tokens.to(cache.dtype), TensorIndex.Tensor(_rows!), TensorIndex.Tensor(_columns!));
    }

    /// <summary>[batch, 1, 1, longest], of the current step</summary>
    private Tensor Mask(int? window, int longest)
    {
        if (_masks.TryGetValue(window ?? 0, out Tensor? known)) return known;
        float[] mask = new float[_lengths.Length * longest];
        for (int row = 0; row < _lengths.Length; row++)
            for (int key = 0; key < longest; key++)
            {
                int position = _lengths[row] - 1;
                bool visible = key <= position && (window is not { } w || key > position - w);
                if (!visible) mask[(row * longest) + key] = float.NegativeInfinity;
            }
        return _masks[window ?? 0] = tensor(mask, [_lengths.Length, 1, 1, longest], device: _device).DetachFromDisposeScope();
    }

    private void ClearStep()
    {
        foreach (Tensor mask in _masks.Values) mask.Dispose();
        _masks.Clear();
        _rows?.Dispose();
        _columns?.Dispose();
        (_rows, _columns) = (null, null);
    }

    private sealed class Filler(KeyValueCache cache, TokenBatch batch, int[] rows) : IKeyValueSink
    {
        public void Take(int layer, Tensor keys, Tensor values)
        {
            for (int i = 0; i < rows.Length; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                AttentionSegment segment = batch.Segments[i];
                cache._keys[layer].select(0, rows[i]).narrow(1, 0, segment.Rows).copy_(keys.narrow(0, segment.Start, segment.Rows).transpose(0, 1));
                cache._values[layer].select(0, rows[i]).narrow(1, 0, segment.Rows).copy_(values.narrow(0, segment.Start, segment.Rows).transpose(0, 1));
            }
        }
    }
}
