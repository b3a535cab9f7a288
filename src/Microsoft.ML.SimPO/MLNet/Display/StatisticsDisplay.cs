namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows <see cref="PreferenceStatistics"/>.</summary>
internal sealed class StatisticsDisplay() : HtmlFormatterSource<PreferenceStatistics>(Html)
{
    public static string Html(PreferenceStatistics s)
    {
        HtmlTable lengths = HtmlTable.With($"lengths in {s.Unit}", "", "least", "mean", "median", "95 %", "99 %", "most");
        foreach ((string name, LengthDistribution l) in new[] { ("prompt", s.Prompt), ("chosen", s.Chosen), ("rejected", s.Rejected), ("pair", s.Pair) })
            lengths.Row(name, l.Minimum, l.Mean, l.Median, l.Percentile95, l.Percentile99, l.Maximum);
        HtmlTable facts = HtmlTable.With(null)
            .Row("rows read", s.RowsRead).Row("pairs kept", s.RowsKept)
            .Row("chosen is longer", s.LengthBias.ChosenLonger).Row("accuracy of length alone", s.LengthBias.LengthOnlyAccuracy)
            .Row("duplicate pairs", s.DuplicatePairs).Row("duplicate prompts", s.DuplicatePrompts).Row("with a system message", s.WithSystem);
        if (s.Dropped.Count == 0) return $"{facts}{lengths}";
        HtmlTable dropped = HtmlTable.With("left out", "reason", "rows", "first at", "");
        foreach (DroppedRows drop in s.Dropped) dropped.Row(drop.Reason.ToString(), drop.Count, drop.ExamplePlace, drop.Example);
        return $"{facts}{lengths}{dropped}";
    }
}
