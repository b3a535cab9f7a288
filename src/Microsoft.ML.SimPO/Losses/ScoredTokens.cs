namespace Microsoft.ML.SimPO.Losses;

/// <summary>Which tokens a loss sees the log-probabilities of, or where it sees what a reward model says.</summary>
internal enum ScoredTokens
{
    /// <summary>Those of the answers, end tokens included.</summary>
    Answers,

    /// <summary>Those of the answers, and those of the first answer's prompt but for the first token, which nothing predicts.</summary>
    PromptAndAnswers,

    /// <summary>
    /// None: a reward model rates prompt and answer as one text, and its number, where the text ends, is <see cref="AnswerScore.Sum"/>, of one "token".
    /// </summary>
    Ends,
}
