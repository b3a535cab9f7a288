namespace Microsoft.ML.SimPO;

/// <summary>How a sweep chooses what to try next.</summary>
public enum SweepAlgorithm
{
    /// <summary>Each trial draws all parameters anew.</summary>
    Random,

    /// <summary>Every combination of the parameters' grid values, in order, until the budget is spent.</summary>
    Grid,

    /// <summary>
    /// Asynchronous successive halving (Li et al. 2018, arXiv 1810.05934): many short trials, of which the best go on to the next rung, where they train
    /// longer; a trial that is promoted begins again, with a schedule of its new length.
    /// </summary>
    SuccessiveHalving,
}
