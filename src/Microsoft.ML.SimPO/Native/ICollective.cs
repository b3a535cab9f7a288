namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// What the processes of a run do together. All of them call the same operations in the same order, with arrays of the same lengths; each returns when its own
/// result is there. An operation that some process does not come to is an error on all others, never a wait without end.
/// </summary>
internal interface ICollective
{
    /// <summary>Number by number the sum over all processes, added up in the order of their ranks: the same bits on every one, under every library.</summary>
    /// <param name="values">This process's; the sums afterwards. Where but one process has a number that is not zero, the sum is that number.</param>
    void Sum(Span<double> values);
}
