namespace Microsoft.ML.SimPO.Losses;

/// <summary>What must be found of tokens before a reward or a loss can be: which are scored, what they count, and what else is wanted of each.</summary>
internal interface ITokenScoring
{
    ScoredTokens ScoredTokens => ScoredTokens.Answers;

    /// <summary>What the head must find of a scored token beside its log-probability.</summary>
    TokenFacts Facts => TokenFacts.None;

    /// <summary>
    /// Whether tokens count with weights of their own: <see cref="Weigh"/> is called for every answer, and <see cref="AnswerScore.Weighted"/> is their sum.
    /// </summary>
    bool WeighsTokens => false;

    /// <summary>Whether <see cref="AnswerScore.Reference"/> must be there.</summary>
    bool NeedsReference => false;

    /// <summary>Fills in what each token of an answer counts. Weights are constants: no derivative goes through them.</summary>
    /// <param name="logProbabilities">Of the answer's tokens, in nats.</param>
    /// <param name="shortest">Tokens of the shortest answer of the prompt.</param>
    /// <param name="weights">One a token, 1 each.</param>
    void Weigh(ReadOnlySpan<float> logProbabilities, int shortest, Span<float> weights)
    {
    }
}
