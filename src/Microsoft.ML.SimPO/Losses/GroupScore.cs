namespace Microsoft.ML.SimPO.Losses;

/// <summary>What a model gives to a prompt's answers.</summary>
/// <param name="Answers">One or more, the best first: of a pair, the chosen one and the rejected one.</param>
internal sealed record GroupScore(params AnswerScore[] Answers)
{
    /// <summary>Of the prompt's tokens, where the loss scores them.</summary>
    public AnswerScore Prompt { get; init; }

    /// <summary>The row of the data that the group comes from, counted from 1; 0 where that is not known.</summary>
    public long Row { get; init; }

    /// <summary>By how much the data say that the chosen answer is the better one, in units of rewards; 0 where they do not.</summary>
    public double Margin { get; init; }

    /// <summary>The best answer.</summary>
    public AnswerScore Chosen => Answers[0];

    /// <summary>The second answer, of a pair the other one.</summary>
    public AnswerScore Rejected => Answers[1];

    public static GroupScore Pair(double chosenSum, int chosenCount, double rejectedSum, int rejectedCount) =>
        new(new AnswerScore(chosenSum, chosenCount) { Rating = 1 }, new AnswerScore(rejectedSum, rejectedCount));

    /// <summary>Tokens that the mean over tokens counts: those of the first answer, and those of its prompt where they are scored.</summary>
    public int TokenCount => Prompt.Count + Chosen.Count;
}
