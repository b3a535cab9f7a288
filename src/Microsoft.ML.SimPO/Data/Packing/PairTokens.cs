namespace Microsoft.ML.SimPO.Data;

/// <summary>Two token sequences that begin with a prompt and end with an answer. The prompts may differ by the token that merged at the border.</summary>
/// <param name="Chosen">Ids of prompt and chosen answer.</param>
/// <param name="ChosenPrompt">How many of them are not scored; at least 1.</param>
/// <param name="Rejected">Ids of prompt and rejected answer.</param>
/// <param name="RejectedPrompt">How many of them are not scored; at least 1.</param>
internal sealed record PairTokens(int[] Chosen, int ChosenPrompt, int[] Rejected, int RejectedPrompt)
{
    /// <summary>Scored tokens of the chosen answer.</summary>
    public int ChosenCount => Chosen.Length - ChosenPrompt;

    /// <summary>Scored tokens of the rejected answer.</summary>
    public int RejectedCount => Rejected.Length - RejectedPrompt;

    /// <summary>The longest common beginning of both prompts, which needs to be computed once.</summary>
    public int SharedPrefix
    {
        get
        {
            int longest = Math.Min(ChosenPrompt, RejectedPrompt);
            return Chosen.AsSpan(0, longest).CommonPrefixLength(Rejected.AsSpan(0, longest));
        }
    }

    /// <summary>Rows that the pair takes when the prefix is shared.</summary>
    public int Rows => Chosen.Length + Rejected.Length - SharedPrefix;
}
