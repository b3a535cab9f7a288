namespace Microsoft.ML.SimPO;

/// <summary>
/// Chooses what a sweep tries next. Its choices depend on its seed and on the results that it was told alone, so that a sweep can be taken up again.
/// </summary>
internal interface ITrialProposer
{
    /// <summary>The values of the next trial and its rung; null when there is nothing left to try.</summary>
    (object[] Values, int Rung)? Propose();

    /// <summary>The result of what was proposed last.</summary>
    void Update(AlignmentTrialResult result);
}
