namespace Microsoft.ML.SimPO;

/// <summary>Every combination once; the last parameter changes fastest.</summary>
internal sealed class GridProposer(IReadOnlyList<SweepParameter> parameters) : ITrialProposer
{
    private readonly IReadOnlyList<object>[] _values = [.. parameters.Select(p => p.Grid())];
    private long _next;

    public (object[] Values, int Rung)? Propose()
    {
        long rest = _next++;
        var chosen = new object[_values.Length];
        for (int i = _values.Length - 1; i >= 0; i--)
        {
            (rest, long index) = Math.DivRem(rest, _values[i].Count);
            chosen[i] = _values[i][(int)index];
        }
        return rest > 0 ? null : (chosen, 0);
    }

    public void Update(AlignmentTrialResult result)
    {
    }
}
