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

    /// <summary>
    /// What a log says of distributions: the entropy in nats, whether the token is the likeliest one, and the mean logit, for
    /// <see cref="AnswerScore.Entropy"/>, <see cref="AnswerScore.Hits"/> and <see cref="AnswerScore.Logits"/>.
    /// </summary>
    Distribution = 2,

    /// <summary>The mean logit alone, for <see cref="AnswerScore.Logits"/>: part of <see cref="Distribution"/>, and cheaper.</summary>
    Logits = 4,
}
