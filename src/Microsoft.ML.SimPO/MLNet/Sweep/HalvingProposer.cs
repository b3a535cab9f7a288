namespace Microsoft.ML.SimPO;

/// <summary>
/// Asynchronous successive halving (arXiv 1810.05934, algorithm 2): whenever a rung's best 1/eta holds values that were not promoted, they are; if there are
/// none in any rung, new values begin at the bottom.
/// </summary>
internal sealed class HalvingProposer(IReadOnlyList<SweepParameter> parameters, int rungs, int eta, long seed) : ITrialProposer
{
    private readonly DistinctValues _values = new(parameters, seed);
    private readonly List<Entry>[] _rungs = [.. Enumerable.Range(0, rungs).Select(_ => new List<Entry>())];
    private (object[] Values, int Rung) _last;

    /// <summary>The most rungs whose top so many trials reach: eta of each rung make one of the next.</summary>
    public static int RungsWithin(int trials, int eta, int most)
    {
        int rungs = 1;
        for (long width = eta, needed = 1 + width; rungs < most && needed <= trials; rungs++) needed += width *= eta;
        return rungs;
    }

    public (object[] Values, int Rung)? Propose()
    {
        if (Promotable() is { } promoted) return _last = promoted;
        if (_values.Next() is not { } values) return null;
        return _last = (values, 0);
    }

    public void Update(AlignmentTrialResult result) => _rungs[_last.Rung].Add(new Entry(_last.Values, result));

    private (object[] Values, int Rung)? Promotable()
    {
        for (int rung = rungs - 2; rung >= 0; rung--)
        {
            List<Entry> done = _rungs[rung];
            IEnumerable<Entry> best = done
                .Where(e => e.Result.Status == AlignmentTrialStatus.Completed)
                .Order(Comparer<Entry>.Create((a, b) => a.Result.IsBetterThan(b.Result) ? -1 : b.Result.IsBetterThan(a.Result) ? 1 : 0));
            if (best.Take(done.Count / eta).FirstOrDefault(e => !e.IsPromoted) is not { } next) continue;
            next.IsPromoted = true;
            return (next.Values, rung + 1);
        }
        return null;
    }

    private sealed class Entry(object[] values, AlignmentTrialResult result)
    {
        public object[] Values => values;

        public AlignmentTrialResult Result => result;

        public bool IsPromoted { get; set; }
    }
}
