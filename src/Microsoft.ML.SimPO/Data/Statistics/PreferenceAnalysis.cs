namespace Microsoft.ML.SimPO.Data.Statistics;

/// <summary>Statistics of a whole data set.</summary>
internal static class PreferenceAnalysis
{
    /// <summary>Statistics of the pairs; <paramref name="log"/> is the one that reader and filters counted in.</summary>
    public static PreferenceStatistics Collect(IEnumerable<LocatedRow> rows, DropLog log, PairMeasure? measure = null, StatisticsLimits? limits = null)
    {
        var collector = new StatisticsCollector(measure ?? PairMeasure.Characters, limits ?? new StatisticsLimits());
        foreach (LocatedRow located in rows) collector.Add(located.Row);
        return collector.Finish(log);
    }
}
