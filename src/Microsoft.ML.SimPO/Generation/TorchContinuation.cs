using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>Continues sequences through libtorch alone: on any device, for every architecture.</summary>
internal sealed class TorchContinuation(Decoder decoder, CancellationToken cancellationToken) : IContinuation
{
    private readonly List<TokenSequence> _rows = [];
    private KeyValueCache? _cache;
    private float[] _logits = [];

    public void Start(IReadOnlyList<TokenSequence> rows)
    {
        List<int[]> prompts = [.. rows.Select(r => r.Prompt).Distinct<int[]>(ReferenceEqualityComparer.Instance)];
        _cache = new KeyValueCache(decoder.Architecture, prompts.Count, prompts.Max(p => p.Length) + 1, decoder.Device);
        int[] promptOf = [.. rows.Select(r => prompts.FindIndex(p => ReferenceEquals(p, r.Prompt)))];
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = Prefill(prompts);
        if (prompts.Count < rows.Count)
        {
            hidden = hidden.index_select(0, tensor(Array.ConvertAll(promptOf, p => (long)p), int64, decoder.Device));
            _cache.Select(promptOf);
        }
        _rows.AddRange(rows);
        TakeLogits(hidden);
    }

    public void Advance()
    {
        using DisposeScope scope = NewDisposeScope();
        TakeLogits(AnglesChange() ? Prefill([.. _rows.Select(r => r.Ids.ToArray())]) : Step());
    }

    public void Keep(int[] rows)
    {
        TokenSequence[] kept = [.. rows.Select(r => _rows[r])];
        _cache!.Select(rows);
        _rows.Clear();
        _rows.AddRange(kept);
    }

    public Span<float> Logits(int row) => _logits.AsSpan(row * decoder.Architecture.VocabularySize, decoder.Architecture.VocabularySize);

    public void Dispose() => _cache?.Dispose();

    /// <summary>Rotary embeddings that depend on the length may turn all earlier keys anew when a token is added.</summary>
    private bool AnglesChange() =>
        decoder.Architecture.RotaryDependsOnLength
        && _rows.Exists(r => decoder.Architecture.Rotaries.Any(rotary => !rotary.SameAngles(r.Ids.Count, r.Ids.Count - 1)));

    /// <summary>All tokens of all sequences; the cache holds them afterwards.</summary>
    private Tensor Prefill(List<int[]> sequences)
    {
        TokenBatch batch = TokenBatch.OfSequences(sequences);
        IKeyValueSink sink = _cache!.Fill(batch, [.. Enumerable.Range(0, sequences.Count)]);
        using DecoderPass pass = DecoderPass.Packed(decoder.Architecture, batch, decoder.Device, sink, states: _cache.States);
        Tensor last = tensor(batch.Segments.Select(s => (long)(s.Start + s.Rows - 1)).ToArray(), int64, decoder.Device);
        return decoder.Forward(pass, cancellationToken).index_select(0, last); // [rows, hidden]
    }

    /// <summary>The last token of each sequence; the cache holds those before it.</summary>
    private Tensor Step()
    {
        int[] ids = [.. _rows.Select(r => r.Ids[^1])], positions = [.. _cache!.Lengths];
        AttentionSegment[] segments = [.. ids.Select((_, i) => new AttentionSegment(i, 0, 1))];
        _cache.Advance();
        var batch = new TokenBatch(ids, positions, segments) { SequenceLengths = [.. _cache.Lengths] };
        using var pass = new DecoderPass(decoder.Architecture, batch, decoder.Device, _cache, ownsAttention: false) { States = _cache.States };
        return decoder.Forward(pass, cancellationToken); // [rows, hidden]
    }

    private void TakeLogits(Tensor hidden)
    {
        using WeightLease lease = decoder.Weights.EnterHead(WeightUse.Forward);
        Tensor logits = decoder.Logits(decoder.FinalNorm.Forward(hidden).Output); // [rows, vocabulary]
        _logits = logits.to(float32).cpu().data<float>().ToArray();
    }
}
