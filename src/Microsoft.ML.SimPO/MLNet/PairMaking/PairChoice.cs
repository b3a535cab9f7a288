namespace Microsoft.ML.SimPO;

/// <summary>Which of a prompt's answers become pairs.</summary>
public enum PairChoice
{
    /// <summary>The best against the worst: one pair a prompt.</summary>
    BestAndWorst,

    /// <summary>The best against a random one of the others: one pair a prompt.</summary>
    BestAndRandom,

    /// <summary>Every two whose scores differ enough. The pairs of a prompt follow each other, so that a trainer computes their prompt once.</summary>
    AllPairs,
}
