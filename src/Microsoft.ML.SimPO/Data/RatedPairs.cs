namespace Microsoft.ML.SimPO;

/// <summary>Which pairs are made of several answers with scores.</summary>
public enum RatedPairs
{
    /// <summary>One pair a prompt: the best answer against the worst. The first stands for those of equal score.</summary>
    BestAndWorst,

    /// <summary>Every two answers whose scores lie at least the minimum gap apart.</summary>
    All,
}
