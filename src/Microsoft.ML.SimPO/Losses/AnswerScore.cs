namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a model gives to an answer.</summary>
/// <param name="Sum">Over its scored tokens of log p(token | before), in nats; of a reward model what it says of the answer.</param>
/// <param name="Count">Its scored tokens.</param>
internal readonly record struct AnswerScore(double Sum, int Count)
{
    public double Mean => Sum / Count;

    /// <summary><see cref="Sum"/> with each token's weight; the same where the loss does not weigh tokens.</summary>
    public double Weighted { get; init; } = Sum;

    /// <summary>What the reference model gives, with the same weights; not a number where there is none.</summary>
    public double Reference { get; init; } = double.NaN;

    /// <summary>log p - log p of the reference, with the weights of tokens.</summary>
    public double LogRatio => Weighted - Reference;

    /// <summary>
    /// What the data say of the answer: above 0 for one that is chosen, 0 or less for one that is rejected, the higher the better; not a number for one that
    /// is neither.
    /// </summary>
    public double Rating { get; init; }

    /// <summary>Sum over the tokens of <see cref="TokenFacts.Squares"/>.</summary>
    public double LogSquares { get; init; }

    /// <summary>Sum over the tokens of the entropy at their place, in nats, of <see cref="TokenFacts.Distribution"/>.</summary>
    public double Entropy { get; init; }

    /// <summary>The number of tokens that are the likeliest, of <see cref="TokenFacts.Distribution"/>.</summary>
    public double Hits { get; init; }

    /// <summary>Sum over the tokens of the mean logit at their place, of <see cref="TokenFacts.Logits"/>.</summary>
    public double Logits { get; init; }
}
