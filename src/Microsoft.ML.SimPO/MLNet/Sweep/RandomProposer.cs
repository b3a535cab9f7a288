namespace Microsoft.ML.SimPO;

/// <summary>Draws every value anew, and no values twice.</summary>
internal sealed class RandomProposer(IReadOnlyList<SweepParameter> parameters, long seed) : ITrialProposer
{
    private readonly DistinctValues _values = new(parameters, seed);

    public (object[] Values, int Rung)? Propose() => _values.Next() is { } values ? (values, 0) : null;

    public void Update(AlignmentTrialResult result)
    {
    }
}
