using System.Globalization;
using System.Text;
using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO.Data.Statistics;

/// <summary>Statistics as tables.</summary>
internal static class StatisticsTable
{
    public static string Text(PreferenceStatistics statistics)
    {
        var text = new StringBuilder();
        Line($"rows read {statistics.RowsRead}, pairs kept {statistics.RowsKept}");
        foreach (DroppedRows dropped in statistics.Dropped)
            Line($"  dropped {dropped.Count,8}  {dropped.Reason,-20} {dropped.ExamplePlace}: {dropped.Example}");
        Line($"{statistics.Unit,-10}{"least",9}{"mean",11}{"median",9}{"95 %",9}{"99 %",9}{"most",9}");
        foreach ((string name, LengthDistribution lengths) in Parts(statistics)) text.AppendLine(lengths.Row(name.ToLowerInvariant()));
        LengthBias bias = statistics.LengthBias;
        string alone = FormattableString.Invariant($"length alone would reach an accuracy of {bias.LengthOnlyAccuracy:P1}");
        Line($"chosen longer {bias.ChosenLonger:P1}, rejected longer {bias.RejectedLonger:P1}; {alone}");
        Line($"duplicates: {statistics.DuplicatePairs} pairs, {statistics.DuplicatePrompts} prompts");
        string turns = string.Join(", ", statistics.Turns.Select(count => FormattableString.Invariant($"{count.Key} ({count.Value})")));
        Line($"turns: {turns}; with a system message: {statistics.WithSystem}");
        if (statistics.MeanScoreGap is { } gap) Line($"scores: {statistics.WithScores} pairs, mean lead of chosen {gap:0.###}");
        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
    }

    public static DataFrame Lengths(PreferenceStatistics statistics)
    {
        (string Name, LengthDistribution Lengths)[] parts = Parts(statistics);
        return new DataFrame(
            new StringDataFrameColumn("Part", parts.Select(part => part.Name)),
            new Int32DataFrameColumn("Minimum", parts.Select(part => part.Lengths.Minimum)),
            new DoubleDataFrameColumn("Mean", parts.Select(part => part.Lengths.Mean)),
            new Int32DataFrameColumn("Median", parts.Select(part => part.Lengths.Median)),
            new Int32DataFrameColumn("Percentile95", parts.Select(part => part.Lengths.Percentile95)),
            new Int32DataFrameColumn("Percentile99", parts.Select(part => part.Lengths.Percentile99)),
            new Int32DataFrameColumn("Maximum", parts.Select(part => part.Lengths.Maximum)),
            new DoubleDataFrameColumn("OverLimit", parts.Select(part => part.Lengths.OverLimit)));
    }

    public static DataFrame Drops(IReadOnlyList<DroppedRows> drops) => new(
        new StringDataFrameColumn("Reason", drops.Select(drop => drop.Reason.ToString())),
        new Int64DataFrameColumn("Count", drops.Select(drop => drop.Count)),
        new StringDataFrameColumn("ExamplePlace", drops.Select(drop => drop.ExamplePlace)),
        new StringDataFrameColumn("Example", drops.Select(drop => drop.Example)));

    private static (string Name, LengthDistribution Lengths)[] Parts(PreferenceStatistics statistics) =>
    [
        (nameof(statistics.Prompt), statistics.Prompt), (nameof(statistics.Chosen), statistics.Chosen),
        (nameof(statistics.Rejected), statistics.Rejected), (nameof(statistics.Pair), statistics.Pair),
    ];
}
