namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// What a loss wants to know of a scored token's distribution beside the log-probability of the token itself. Facts are constants: no derivative goes through
/// them.
/// </summary>
[Flags]
internal enum TokenFacts
{
    None = 0,

    /// <summary>log of the sum of all squared probabilities, for <see cref="AnswerScore.LogSquares"/>.</summary>
    Squares = 1,

    /// <summary>The entropy in nats, for <see cref="AnswerScore.Entropy"/>.</summary>
    Entropy = 2,

    /// <summary>Whether the token is the likeliest one, for <see cref="AnswerScore.Hits"/>.</summary>
    Hits = 4,
}
