using System.Numerics.Tensors;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>Chooses the next token of one sequence from its logits, as Hugging Face's processors of the same names do, in their order.</summary>
/// <param name="index">Which sequence of the call it is: each has random numbers of its own, so its text does not depend on the others.</param>
/// <param name="stopTokens">What <see cref="GenerationOptions.MinNewTokens"/> puts off.</param>
internal sealed class TokenSampler(GenerationOptions options, int index, IReadOnlyCollection<int>? stopTokens = null)
{
    private readonly Random _random = new(unchecked((options.Seed * 486187739) + index));
    private readonly HashSet<int> _occurred = [];
    private readonly TokenDistribution _distribution = new(options);
    private int _read;

    /// <param name="logits">[vocabulary]; overwritten.</param>
    /// <param name="before">All tokens of the sequence, prompt included; what the last call was given, and what was added.</param>
    /// <param name="newTokens">How many of them are not the prompt's.</param>
    /// <exception cref="InvalidOperationException">The model computes no numbers.</exception>
    public int Next(Span<float> logits, IReadOnlyList<int> before, int newTokens = 0)
    {
        Penalize(logits, before);
        BanRepeats(logits, before);
        if (newTokens < options.MinNewTokens)
            foreach (int token in stopTokens ?? []) logits[token] = float.NegativeInfinity;
        // Not IndexOfMax: its indices are denormal floats, which are zeros where those are flushed.
        float largest = TensorPrimitives.Max((ReadOnlySpan<float>)logits);
        if (!float.IsFinite(largest))
            throw new InvalidOperationException(
                "The model's logits are not finite numbers: its weights are damaged, or its training diverged. Train with a smaller `LearningRate`.");
        return options.Sample ? _distribution.Draw(logits, largest, _random.NextDouble()) : logits.IndexOf(largest); // the first of several
    }

    /// <summary>Once for each token that occurred: positive logits are divided, negative ones multiplied.</summary>
    public void Penalize(Span<float> logits, IReadOnlyList<int> before)
    {
        if (options.RepetitionPenalty == 1) return;
        for (; _read < before.Count; _read++) _occurred.Add(before[_read]);
        foreach (int id in _occurred)
            logits[id] = logits[id] < 0 ? logits[id] * options.RepetitionPenalty : logits[id] / options.RepetitionPenalty;
    }

    /// <summary>Whatever followed an earlier occurrence of the last n - 1 tokens must not follow now.</summary>
    public void BanRepeats(Span<float> logits, IReadOnlyList<int> before)
    {
        int size = options.NoRepeatNgramSize, last = before.Count - size + 1;
        if (size == 0 || last < 0) return;
        for (int start = 0; start < last; start++)
        {
            int same = 0;
            while (same < size - 1 && before[start + same] == before[last + same]) same++;
            if (same == size - 1) logits[before[start + size - 1]] = float.NegativeInfinity;
        }
    }
}
