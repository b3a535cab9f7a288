namespace Microsoft.ML.SimPO;

/// <summary>Values that a sweep has drawn: none is tried twice, for it would give the same result.</summary>
internal sealed class DistinctValues
{
    /// <summary>So many draws without anything new: a space of choices is used up.</summary>
    private const int MostDraws = 1000;

    private readonly HashSet<string> _drawn = new(StringComparer.Ordinal);

    /// <returns>Null where there is nothing new.</returns>
    public object[]? Next(Func<object[]> draw)
    {
        for (int i = 0; i < MostDraws; i++)
        {
            object[] values = draw();
            if (_drawn.Add(string.Join('|', values.Select(SweepParameter.Text)))) return values;
        }
        return null;
    }
}
