using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>Draws every value anew, and no values twice.</summary>
internal sealed class RandomProposer(IReadOnlyList<SweepParameter> parameters, long seed) : ITrialProposer
{
    private readonly SeededRandom _random = new(seed);

    private readonly DistinctValues _tried = new();

    public (object[] Values, int Rung)? Propose() =>
        _tried.Next(() => [.. parameters.Select(p => p.Sample(_random))]) is { } values ? (values, 0) : null;

    public void Update(AlignmentTrialResult result)
    {
    }
}
