using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>Draws values for a sweep, and none twice, for they would give the same result.</summary>
internal sealed class DistinctValues(IReadOnlyList<SweepParameter> parameters, long seed)
{
    /// <summary>So many draws without anything new: a space of choices is used up.</summary>
    private const int MostDraws = 1000;

    private readonly SeededRandom _random = new(seed);
    private readonly HashSet<string> _drawn = new(StringComparer.Ordinal);

    /// <returns>One for each parameter; null where there is nothing new.</returns>
    public object[]? Next()
    {
        for (int i = 0; i < MostDraws; i++)
        {
            object[] values = [.. parameters.Select(p => p.Sample(_random))];
            if (_drawn.Add(string.Join('|', values.Select(SweepParameter.Text)))) return values;
        }
        return null;
    }
}
