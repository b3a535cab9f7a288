using Microsoft.ML.SimPO.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>Continues token sequences. Sequences of one call share forward passes and do not influence each other. Safe on several threads at once.</summary>
/// <param name="stopTokens">A sequence that writes one of these is finished; the token is part of the result.</param>
internal sealed class TokenGenerator(Decoder decoder, IReadOnlyCollection<int> stopTokens)
{
    /// <param name="prompts">At least one token each.</param>
    /// <param name="onToken">Told each token as it is chosen (sequence, token); false finishes that sequence.</param>
    /// <returns>The new tokens of each sequence, its stop token included.</returns>
    public int[][] Generate(IReadOnlyList<int[]> prompts, GenerationOptions options, Func<int, int, bool>? onToken = null, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Sequence> active = [.. prompts.Select((p, i) => new Sequence(i, p, new TokenSampler(options, i)))];
        Sequence[] all = [.. active];
        if (active.Count == 0) return [];
        int capacity = KeyValueCache.Capacity(prompts.Max(p => p.Length) + options.MaxNewTokens);
        using var cache = new KeyValueCache(decoder.Architecture, active.Count, capacity, decoder.Device);
        for (int step = 0; step < options.MaxNewTokens; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (DisposeScope inner = NewDisposeScope())
            {
                Tensor hidden = step == 0 || AnglesChange(active) ? Prefill(active, cache) : Advance(active, cache); // [active, hidden]
                Choose(active, decoder.Logits(decoder.FinalNorm.Forward(hidden).Output), onToken);
            }
            if (active.All(s => s.Finished)) break;
            if (active.Exists(s => s.Finished))
            {
                cache.Select([.. Enumerable.Range(0, active.Count).Where(i => !active[i].Finished)]);
                active.RemoveAll(s => s.Finished);
            }
        }
        return [.. all.Select(s => s.Ids.GetRange(s.Prompt, s.Ids.Count - s.Prompt).ToArray())];
    }

    /// <summary>Rotary embeddings that depend on the length may turn all earlier keys anew when a token is added.</summary>
    private bool AnglesChange(List<Sequence> active) =>
        decoder.Architecture.RotaryDependsOnLength
        && active.Exists(s => decoder.Architecture.Rotaries.Any(r => !r.SameAngles(s.Ids.Count, s.Ids.Count - 1)));

    /// <summary>All tokens of all sequences; the cache holds them afterwards.</summary>
    private Tensor Prefill(List<Sequence> active, KeyValueCache cache)
    {
        TokenBatch batch = TokenBatch.OfSequences([.. active.Select(s => s.Ids.ToArray())]);
        using DecoderPass pass = DecoderPass.Packed(decoder.Architecture, batch, decoder.Device, cache.Fill(batch, [.. Enumerable.Range(0, active.Count)]));
        Tensor last = tensor(batch.Segments.Select(s => (long)(s.Start + s.Rows - 1)).ToArray(), int64, decoder.Device);
        return decoder.Forward(pass).index_select(0, last);
    }

    /// <summary>The last token of each sequence; the cache holds those before it.</summary>
    private Tensor Advance(List<Sequence> active, KeyValueCache cache)
    {
        int[] ids = [.. active.Select(s => s.Ids[^1])], positions = [.. cache.Lengths];
        AttentionSegment[] segments = [.. ids.Select((_, i) => new AttentionSegment(i, 0, 1, 0))];
        cache.Advance();
        using var pass = new DecoderPass(decoder.Architecture, new TokenBatch(ids, positions, segments) { SequenceLengths = [.. cache.Lengths] }, decoder.Device, cache, ownsAttention: false);
        return decoder.Forward(pass);
    }

    private void Choose(List<Sequence> active, Tensor logits, Func<int, int, bool>? onToken)
    {
        float[] values = logits.cpu().data<float>().ToArray();
        int vocabulary = decoder.Architecture.VocabularySize;
        for (int i = 0; i < active.Count; i++)
        {
            Sequence sequence = active[i];
            int token = sequence.Sampler.Next(values.AsSpan(i * vocabulary, vocabulary), sequence.Ids);
            sequence.Ids.Add(token);
            bool goOn = onToken?.Invoke(sequence.Index, token) ?? true;
            sequence.Finished = !goOn || stopTokens.Contains(token);
        }
    }

    private sealed class Sequence(int index, int[] prompt, TokenSampler sampler)
    {
        public int Index => index;

        public int Prompt => prompt.Length;

        public List<int> Ids { get; } = [.. prompt];

        public TokenSampler Sampler => sampler;

        public bool Finished { get; set; }
    }
}
