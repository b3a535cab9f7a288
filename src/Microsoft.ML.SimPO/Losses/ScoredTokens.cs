namespace Microsoft.ML.SimPO.Losses;

/// <summary>Which tokens a loss sees the log-probabilities of.</summary>
internal enum ScoredTokens
{
    /// <summary>Those of the answers, end tokens included.</summary>
    Answers,

    /// <summary>Those of the answers, and those of the first answer's prompt but for the first token, which nothing predicts.</summary>
    PromptAndAnswers,
}
