using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <inheritdoc cref="CpuStep"/>
/// <typeparam name="TLanes">The arithmetic of the registers.</typeparam>
/// <typeparam name="TVector">The registers.</typeparam>
internal sealed unsafe class CpuStep<TLanes, TVector> : CpuStep
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    private readonly DecoderArchitecture _architecture;
    private readonly ThreadTeam _team;
    private readonly DecoderWeights _weights;
    private readonly UnitViews<WeightView> _embedding;
    private readonly UnitViews<HeadView> _head;
    private readonly UnitViews<LayerView>[] _layers;
    private readonly NormView? _embeddingNorm;

    /// <summary>Of the sums that are made for the call: one piece, which comes and goes as a whole and leaves no holes.</summary>
    private readonly ActivationMemory _sums = new();

    public CpuStep(Decoder decoder, ThreadTeam team)
    {
        (_architecture, _weights, _team) = (decoder.Architecture, decoder.Weights, team);
        _embedding = new UnitViews<WeightView>(_weights.Embedding, () => new WeightView(decoder.Embedding));
        _head = new UnitViews<HeadView>(_weights.Head, () => new HeadView(decoder));
        if (_architecture.EmbeddingNorm) _embeddingNorm = NormView.Of(new NormParameters(_architecture.HiddenSize, null, null), _architecture);
        _sums.Begin(1, _weights.Layers.Where(u => u.StaysInPlace).SelectMany(u => u.Weights).Where(w => w.Update is not null).Select(w => w.Count));
        _sums.Populate();
        _layers = [.. decoder.Layers.Zip(
            _weights.Layers, (layer, unit) => new UnitViews<LayerView>(unit, () => new LayerView(layer.Parameters, _architecture, SumsOf(unit))))];
    }

    public override void Advance(IReadOnlyList<int> ids, IReadOnlyList<SequenceCache> caches, CpuBuffers buffers, CancellationToken cancellationToken)
    {
        int rows = ids.Count;
        for (int row = 0; row < rows; row++)
        {
            caches[row].Extend(1);
            foreach (RotaryRows rotary in buffers.Rotaries) rotary.Set(row, caches[row].Length);
        }
        using (WeightLease lease = _weights.EnterEmbedding(WeightUse.Forward)) _embedding.Use(e => Embed(e, ids, buffers));
        _weights.Forward(
            i => _layers[i].Use(layer =>
            {
                Attend(layer, i, rows, caches, buffers);
                Transform(layer, rows, buffers);
            }),
            cancellationToken);
        Head(rows, buffers);
    }

    public override void Head(int rows, CpuBuffers buffers)
    {
        using WeightLease lease = _weights.EnterHead(WeightUse.Forward);
        _head.Use(head => Head(head, rows, buffers));
    }

    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        foreach (IDisposable view in _layers.Append<IDisposable>(_embedding).Append(_head).Append(_sums)) view.Dispose();
        _embeddingNorm?.Dispose();
    }

    /// <summary>Views that are made anew for each use have memory of their own.</summary>
    private ActivationMemory? SumsOf(WeightUnit unit) => unit.StaysInPlace ? _sums : null;

    private void Embed(WeightView embedding, IReadOnlyList<int> ids, CpuBuffers buffers)
    {
        int hidden = _architecture.HiddenSize;
        for (int row = 0; row < ids.Count; row++)
        {
            float* from = embedding.Data + ((long)ids[row] * hidden), to = buffers.Stream.Data + ((long)row * hidden);
            RowMath<TLanes, TVector>.Scale(from, (float)_architecture.EmbeddingScale, to, hidden);
            if (_embeddingNorm is not null) Norm(_embeddingNorm, to, to);
        }
    }

    private void Head(HeadView view, int rows, CpuBuffers buffers)
    {
        Norm(view.Norm, buffers.Stream, buffers.Normed, rows);
        float scaling = 1 / (float)_architecture.LogitsScaling;
        int vocabulary = _architecture.VocabularySize;
        Product(view.Head, view.Bias, buffers.Normed.Data, rows, _architecture.HiddenSize, buffers.Logits.Data, (first, count) =>
        {
            if (_architecture.LogitsScaling == 1 && _architecture.LogitsSoftCap is null) return;
            for (int row = 0; row < rows; row++)
            {
                float* strip = buffers.Logits.Data + ((long)row * vocabulary) + first;
                RowMath<TLanes, TVector>.Scale(strip, scaling, strip, count);
                if (_architecture.LogitsSoftCap is { } cap) RowMath<TLanes, TVector>.SoftCap(strip, (float)cap, count);
            }
        });
    }

    /// <summary>stream += m attention(stream)</summary>
    private void Attend(LayerView layer, int index, int rows, IReadOnlyList<SequenceCache> caches, CpuBuffers buffers)
    {
        DecoderArchitecture a = _architecture;
        float* normed = Norm(layer.InputNorm, buffers.Stream, buffers.Normed, rows);
        Product(layer.QueryKeyValue, layer.QueryKeyValueBias, normed, rows, a.HiddenSize, buffers.QueryKeyValue.Data);
        if (a.QueryKeyNorm == QueryKeyNorm.WholeProjection) NormProjections(layer, rows, buffers);
        _team.For(rows * a.KeyValueHeadCount, item => AttendHead(layer, index, item / a.KeyValueHeadCount, item % a.KeyValueHeadCount, caches, buffers));
        Product(layer.AttentionOutput, layer.AttentionOutputBias, buffers.Attention.Data, rows, a.QuerySize, buffers.Branch.Data);
        Add(layer.AttentionOutputNorm, rows, buffers);
    }

    /// <summary>One key/value head of one row with its query heads: norms, positions, cache, attention.</summary>
    private void AttendHead(LayerView layer, int index, int row, int head, IReadOnlyList<SequenceCache> caches, CpuBuffers buffers)
    {
        DecoderArchitecture a = _architecture;
        int group = a.HeadCount / a.KeyValueHeadCount, size = a.HeadDim;
        float* projected = buffers.QueryKeyValue.Data + ((long)row * (a.QuerySize + (2 * a.KeyValueSize)));
        float* query = projected + (head * group * size), key = projected + a.QuerySize + (head * size), value = key + a.KeyValueSize;
        RotaryRows? rotary = a.Layers[index].Rotary is { } which ? buffers.Rotaries[which] : null;
        for (int i = 0; i <= group; i++)
        {
            float* vector = i < group ? query + (i * size) : key;
            NormView? norm = i < group ? layer.QueryNorm : layer.KeyNorm;
            bool isNormed = norm is not null && a.QueryKeyNorm == QueryKeyNorm.PerHead;
            if (isNormed && !a.QueryKeyNormAfterRotary) Norm(norm!, vector, vector);
            rotary?.Turn(row, vector);
            if (isNormed && a.QueryKeyNormAfterRotary) Norm(norm!, vector, vector);
            if (i < group) rotary?.Scale(row, vector, size);
        }
        SequenceCache cache = caches[row];
        int position = cache.Length - 1, offset = position % CachePage.Positions * size;
        CachePage page = cache.Page(position);
        new ReadOnlySpan<float>(key, size).CopyTo(new Span<float>(page.Keys(index, head) + offset, size));
        new ReadOnlySpan<float>(value, size).CopyTo(new Span<float>(page.Values(index, head) + offset, size));
        int first = a.Layers[index].Window is { } window ? Math.Max(0, position - window + 1) : 0;
        RowAttention<TLanes, TVector>.Compute(a, cache, index, head, query, buffers.Attention.Data + ((long)row * a.QuerySize) + (head * group * size), first);
    }

    /// <summary>Norms over all heads together.</summary>
    private void NormProjections(LayerView layer, int rows, CpuBuffers buffers)
    {
        DecoderArchitecture a = _architecture;
        for (int row = 0; row < rows; row++)
        {
            float* query = buffers.QueryKeyValue.Data + ((long)row * (a.QuerySize + (2 * a.KeyValueSize))), key = query + a.QuerySize;
            Norm(layer.QueryNorm!, query, query);
            Norm(layer.KeyNorm!, key, key);
        }
    }

    /// <summary>stream += m mlp(stream)</summary>
    private void Transform(LayerView layer, int rows, CpuBuffers buffers)
    {
        int hidden = _architecture.HiddenSize, inner = _architecture.IntermediateSize;
        // Parallel branches read what attention has read, which is still there.
        float* normed = _architecture.ParallelBranches ? buffers.Normed.Data : Norm(layer.MlpNorm, buffers.Stream, buffers.Normed, rows);
        int rowsOfItem = RowsOfItem(hidden) / 2;
        _team.For((inner + rowsOfItem - 1) / rowsOfItem, item =>
        {
            int first = item * rowsOfItem, count = Math.Min(rowsOfItem, inner - first);
            Strip(layer.GateUp, layer.GateUpBias, first, count, normed, rows, hidden, buffers.GateUp.Data);
            if (_architecture.GatedMlp) Strip(layer.GateUp, layer.GateUpBias, inner + first, count, normed, rows, hidden, buffers.GateUp.Data);
            for (int row = 0; row < rows; row++)
            {
                float* gate = buffers.GateUp.Data + ((long)row * _architecture.ProjectedSize) + first, y = buffers.Gated.Data + ((long)row * inner) + first;
                if (!_architecture.GatedMlp) Activate(layer, gate, y, count);
                else if (_architecture.Activation == Activation.Silu) RowMath<TLanes, TVector>.SiluGate(gate, gate + inner, y, count);
                else RowMath<TLanes, TVector>.GeluTanhGate(gate, gate + inner, y, count);
            }
        });
        Product(layer.Down, layer.DownBias, buffers.Gated.Data, rows, inner, buffers.Branch.Data);
        Add(layer.MlpOutputNorm, rows, buffers);
    }

    /// <returns>The normed rows, or the rows themselves where there is no norm.</returns>
    private float* Norm(NormView? norm, FloatBuffer from, FloatBuffer to, int rows)
    {
        if (norm is null) return from.Data;
        int size = norm.Size;
        for (int row = 0; row < rows; row++)
            Norm(norm, from.Data + ((long)row * size), to.Data + ((long)row * size));
        return to.Data;
    }

    /// <summary>One row; x and y may be one.</summary>
    private void Norm(NormView norm, float* x, float* y)
    {
        if (norm.IsCentred) RowMath<TLanes, TVector>.LayerNorm(x, norm.Factors, norm.Bias, y, norm.Size, _architecture.NormEpsilon);
        else RowMath<TLanes, TVector>.Norm(x, norm.Factors, y, norm.Size, _architecture.NormEpsilon);
    }

    /// <summary>Of an MLP without a gate.</summary>
    private void Activate(LayerView layer, float* x, float* y, int count)
    {
        if (layer.XIelu is { } numbers)
            for (int i = 0; i < count; i++) y[i] = numbers.Apply(x[i]);
        else if (_architecture.Activation == Activation.ReluSquared) RowMath<TLanes, TVector>.ReluSquared(x, y, count);
        else RowMath<TLanes, TVector>.GeluTanh(x, y, count);
    }

    /// <summary>stream += m norm(branch)</summary>
    private void Add(NormView? norm, int rows, CpuBuffers buffers)
    {
        Norm(norm, buffers.Branch, buffers.Branch, rows);
        RowMath<TLanes, TVector>.AddScaled(buffers.Stream.Data, buffers.Branch.Data, (float)_architecture.ResidualMultiplier, rows * _architecture.HiddenSize);
    }

    /// <summary>y = x W^T + b, by all threads.</summary>
    /// <param name="x">[rows, size]</param>
    /// <param name="y">[rows, rows of the weight]</param>
    /// <param name="then">Told each strip of y when it is there: its first element and how many.</param>
    private void Product(WeightView weight, WeightView? bias, float* x, int rows, int size, float* y, Action<int, int>? then = null)
    {
        int rowsOfItem = RowsOfItem(size);
        _team.For((weight.Rows + rowsOfItem - 1) / rowsOfItem, item =>
        {
            int first = item * rowsOfItem, count = Math.Min(rowsOfItem, weight.Rows - first);
            Strip(weight, bias, first, count, x, rows, size, y);
            then?.Invoke(first, count);
        });
    }

    private static void Strip(WeightView weight, WeightView? bias, int first, int count, float* x, int rows, int size, float* y)
    {
        RowProduct<TLanes, TVector>.Multiply(weight.Data + ((long)first * size), count, x, rows, size, y + first, weight.Rows);
        if (bias is null) return;
        for (int row = 0; row < rows; row++) RowMath<TLanes, TVector>.AddScaled(y + ((long)row * weight.Rows) + first, bias.Data + first, 1, count);
    }

    private static int RowsOfItem(int size) => Math.Max(8, BytesOfItem / (size * sizeof(float)) / 8 * 8);
}
