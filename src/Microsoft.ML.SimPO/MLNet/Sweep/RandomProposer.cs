using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>Draws every value anew.</summary>
internal sealed class RandomProposer(IReadOnlyList<SweepParameter> parameters, long seed) : ITrialProposer
{
    private readonly SeededRandom _random = new(seed);

    public (object[] Values, int Rung)? Propose() => ([.. parameters.Select(p => p.Sample(_random))], 0);

    public void Update(AlignmentTrialResult result)
    {
    }
}
