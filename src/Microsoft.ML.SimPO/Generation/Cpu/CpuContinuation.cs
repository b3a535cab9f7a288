using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Continues sequences on the CPU: prompts through libtorch, each by itself, then a token a step through <see cref="CpuStep"/>.</summary>
internal sealed class CpuContinuation : IContinuation
{
    private readonly Decoder _decoder;
    private readonly CancellationToken _cancellationToken;
    private readonly ThreadTeam _team;
    private readonly CpuStep _step;
    private List<TokenSequence> _rows = [];
    private List<SequenceCache> _caches = [];
    private CpuBuffers? _buffers;

    public CpuContinuation(Decoder decoder, CancellationToken cancellationToken)
    {
        (_decoder, _cancellationToken) = (decoder, cancellationToken);
        _team = new ThreadTeam(get_num_threads(), Denormals.Flush);
        try
        {
            _step = CpuStep.Of(decoder, _team); // which adds an adapter to its weights, and may find no room
        }
        catch
        {
            _team.Dispose();
            throw;
        }
    }

    public void Start(IReadOnlyList<TokenSequence> rows)
    {
        _rows = [.. rows];
        _buffers = new CpuBuffers(_decoder.Architecture, rows.Count);
        Dictionary<int[], int> firstOf = new(ReferenceEqualityComparer.Instance);
        for (int row = 0; row < rows.Count; row++)
        {
            if (firstOf.TryGetValue(rows[row].Prompt, out int first))
            {
                _caches.Add(_caches[first].Fork());
                Stream(first).CopyTo(Stream(row));
                continue;
            }
            firstOf.Add(rows[row].Prompt, row);
            _caches.Add(new SequenceCache(_decoder.Architecture));
            Prefill(row);
        }
        _step.Head(rows.Count, _buffers);
    }

    public void Advance()
    {
        DecoderArchitecture architecture = _decoder.Architecture;
        int[] turned = architecture.RotaryDependsOnLength ? [.. Enumerable.Range(0, _rows.Count).Where(AnglesChange)] : [];
        _step.Advance([.. _rows.Select(r => r.Ids[^1])], _caches, _buffers!, _cancellationToken);
        if (turned.Length == 0) return;
        // Where a token turns all earlier keys anew, the whole sequence is computed again.
        foreach (int row in turned)
        {
            _caches[row].Clear();
            Prefill(row);
        }
        _step.Head(_rows.Count, _buffers!);
    }

    public void Keep(int[] rows)
    {
        foreach (int gone in Enumerable.Range(0, _rows.Count).Except(rows)) _caches[gone].Dispose();
        _rows = [.. rows.Select(r => _rows[r])];
        _caches = [.. rows.Select(r => _caches[r])];
    }

    public Span<float> Logits(int row) => _buffers!.Logits.Slice((long)row * _decoder.Architecture.VocabularySize, _decoder.Architecture.VocabularySize);

    public void Dispose()
    {
        foreach (SequenceCache cache in _caches) cache.Dispose();
        _buffers?.Dispose();
        _step.Dispose();
        _team.Dispose();
    }

    /// <summary>Rotary embeddings that depend on the length may turn all earlier keys anew when a token is added.</summary>
    private bool AnglesChange(int row) => _decoder.Architecture.Rotaries.Any(r => !r.SameAngles(_rows[row].Ids.Count, _rows[row].Ids.Count - 1));

    /// <summary>All tokens of a row: keys and values into its cache, the last token's hidden state into the stream.</summary>
    private void Prefill(int row)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch = TokenBatch.OfSequences([[.. _rows[row].Ids]]);
        _caches[row].Extend(batch.Rows);
        using DecoderPass pass = DecoderPass.Packed(_decoder.Architecture, batch, _decoder.Device, _caches[row]);
        Tensor last = _decoder.Forward(pass, _cancellationToken).narrow(0, batch.Rows - 1, 1).contiguous(); // [1, hidden]
        MemoryMarshal.Cast<byte, float>(last.bytes).CopyTo(Stream(row));
    }

    private Span<float> Stream(int row) => _buffers!.Stream.Slice((long)row * _decoder.Architecture.HiddenSize, _decoder.Architecture.HiddenSize);
}
