namespace Microsoft.ML.SimPO.Generation;

/// <summary>
/// Chooses the next token of one sequence from its logits, in Hugging Face's order: repetition penalty, temperature, top-k, top-p, min-p.
/// </summary>
/// <param name="index">Which sequence of the call it is: each has random numbers of its own, so its text does not depend on the others.</param>
internal sealed class TokenSampler(GenerationOptions options, int index)
{
    private readonly Random _random = new(unchecked((options.Seed * 486187739) + index));

    /// <param name="logits">[vocabulary]; overwritten.</param>
    /// <param name="before">All tokens of the sequence, prompt included.</param>
    public int Next(Span<float> logits, IReadOnlyCollection<int> before)
    {
        Penalize(logits, before);
        if (!options.Sample) return Largest(logits);
        List<(int Id, double Probability)> kept = Probabilities(logits);
        double draw = _random.NextDouble();
        foreach ((int id, double probability) in kept)
        {
            draw -= probability;
            if (draw < 0) return id;
        }
        return kept[^1].Id; // rounding
    }

    /// <summary>The tokens that are left with their probabilities, likeliest first.</summary>
    public List<(int Id, double Probability)> Probabilities(ReadOnlySpan<float> logits)
    {
        var ordered = new (float Logit, int Id)[logits.Length];
        for (int i = 0; i < ordered.Length; i++) ordered[i] = (logits[i] / options.Temperature, i);
        Array.Sort(ordered, (a, b) => b.Logit != a.Logit ? b.Logit.CompareTo(a.Logit) : a.Id.CompareTo(b.Id));
        int count = options.TopK > 0 ? Math.Min(options.TopK, ordered.Length) : ordered.Length;
        double[] weights = new double[count];
        for (int i = 0; i < count; i++) weights[i] = Math.Exp(ordered[i].Logit - ordered[0].Logit);
        double sum = weights.Sum();
        count = TopP(weights, sum, count);
        while (count > 1 && weights[count - 1] < options.MinP * weights[0]) count--;
        double left = weights.Take(count).Sum();
        return [.. Enumerable.Range(0, count).Select(i => (ordered[i].Id, weights[i] / left))];
    }

    /// <summary>Once for each token that occurred: positive logits are divided, negative ones multiplied.</summary>
    public void Penalize(Span<float> logits, IReadOnlyCollection<int> before)
    {
        if (options.RepetitionPenalty == 1) return;
        foreach (int id in before.Distinct())
            logits[id] = logits[id] < 0 ? logits[id] * options.RepetitionPenalty : logits[id] / options.RepetitionPenalty;
    }

    /// <summary>How many tokens have less than the limit before them.</summary>
    private int TopP(double[] weights, double sum, int count)
    {
        if (options.TopP >= 1) return count;
        double before = 0;
        int kept = 0;
        for (; kept < count && (kept == 0 || before < options.TopP); kept++) before += weights[kept] / sum;
        return kept;
    }

    private static int Largest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
