using Microsoft.ML.SimPO.Generation.Cpu;
using Microsoft.ML.SimPO.Models;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>Continues token sequences. Sequences of one call share forward passes and do not influence each other. Safe on several threads at once.</summary>
/// <param name="stopTokens">A sequence that writes one of these is finished; the token is part of the result.</param>
internal sealed class TokenGenerator(Decoder decoder, IReadOnlyCollection<int> stopTokens)
{
    private readonly int[] _stopTokens = [.. stopTokens.Where(t => t >= 0 && t < decoder.Architecture.VocabularySize)];

    /// <summary>Do without the CPU's own path.</summary>
    public bool ThroughTorchAlone { get; init; }

    /// <param name="prompts">At least one token each. Those that are one and the same array are computed once.</param>
    /// <param name="onToken">Told each token as it is chosen (sequence, token); false finishes that sequence.</param>
    /// <returns>The new tokens of each sequence, its stop token included.</returns>
    public int[][] Generate(
        IReadOnlyList<int[]> prompts, GenerationOptions options, Func<int, int, bool>? onToken = null, CancellationToken cancellationToken = default) =>
        [.. Run([.. prompts.Select((p, i) => (p, i))], options, onToken, cancellationToken).Select(s => s.Written())];

    /// <param name="prompts">With the index of the random numbers of each, of which its text depends where it is sampled.</param>
    /// <returns>A sequence for each prompt, finished.</returns>
    /// <inheritdoc cref="Generate"/>
    public TokenSequence[] Run(
        IReadOnlyList<(int[] Ids, int Random)> prompts, GenerationOptions options, Func<int, int, bool>? onToken = null,
        CancellationToken cancellationToken = default)
    {
        if (prompts.Count == 0) return [];
        TokenSequence[] all = [.. prompts.Select((p, i) => new TokenSequence(i, p.Ids, new TokenSampler(options, p.Random, _stopTokens)))];
        TokenSequence[] active = all;
        using IContinuation continuation = Begin(cancellationToken);
        continuation.Start(active);
        while (true)
        {
            for (int row = 0; row < active.Length; row++) Choose(active[row], continuation.Logits(row), options, onToken);
            int[] going = [.. Enumerable.Range(0, active.Length).Where(row => active[row].Finish is null)];
            if (going.Length == 0) return all;
            if (going.Length < active.Length)
            {
                continuation.Keep(going);
                active = [.. going.Select(row => active[row])];
            }
            cancellationToken.ThrowIfCancellationRequested();
            continuation.Advance();
        }
    }

    private IContinuation Begin(CancellationToken cancellationToken) => CpuStep.Supports(decoder) && !ThroughTorchAlone
        ? new CpuContinuation(decoder, cancellationToken)
        : new TorchContinuation(decoder, cancellationToken);

    private void Choose(TokenSequence sequence, Span<float> logits, GenerationOptions options, Func<int, int, bool>? onToken)
    {
        int token = sequence.Sampler.Next(logits, sequence.Ids, sequence.NewTokens);
        sequence.Ids.Add(token);
        bool goesOn = onToken?.Invoke(sequence.Index, token) ?? true;
        if (!goesOn || Array.IndexOf(_stopTokens, token) >= 0) sequence.Finish = GenerationFinish.Stop;
        else if (sequence.NewTokens >= options.MaxNewTokens || sequence.Ids.Count >= options.MaxLength) sequence.Finish = GenerationFinish.Length;
    }
}
