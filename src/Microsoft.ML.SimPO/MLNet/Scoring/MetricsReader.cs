using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>Reads scored rows and sums them up.</summary>
internal static class MetricsReader
{
    /// <param name="targetMargin">Null for the one that goes with the rewards, or 0.</param>
    /// <param name="chosenTextColumn">Null for the default's, where there is such a column.</param>
    /// <param name="rejectedTextColumn">Null for the default's, where there is such a column.</param>
    /// <param name="groupColumn">Null for no groups.</param>
    public static AlignmentMetrics Read(
        IHost host, IDataView data, double? targetMargin, string chosenColumn, string rejectedColumn, string? chosenTextColumn, string? rejectedTextColumn,
        string? groupColumn)
    {
        ColumnCheck check = new(host, data.Schema);
        DataViewSchema.Column chosen = check.Number("chosen reward", chosenColumn), rejected = check.Number("rejected reward", rejectedColumn);
        DataViewSchema.Column? chosenText = Optional(check, data.Schema, "chosen", chosenTextColumn, "Chosen");
        DataViewSchema.Column? rejectedText = Optional(check, data.Schema, "rejected", rejectedTextColumn, "Rejected");
        DataViewSchema.Column? group = groupColumn is null ? null : check.Any("group", groupColumn);
        check.ThrowIfFaulty(nameof(data));

        var sums = new MetricsSum(targetMargin ?? ComputedSchema.TargetMarginOf(chosen) ?? 0);
        using DataViewRowCursor cursor = data.GetRowCursor([chosen, rejected, .. new[] { chosenText, rejectedText, group }.OfType<DataViewSchema.Column>()]);
        ValueGetter<float> getChosen = cursor.GetGetter<float>(chosen), getRejected = cursor.GetGetter<float>(rejected);
        Func<double?> lead = Lead(cursor, chosenText, rejectedText);
        Func<string>? name = group is { } column ? TextOf(cursor, column) : null;
        long missing = 0;
        while (cursor.MoveNext())
        {
            float chosenReward = 0, rejectedReward = 0;
            getChosen(ref chosenReward);
            getRejected(ref rejectedReward);
            if (float.IsNaN(chosenReward) && float.IsNaN(rejectedReward))
            {
                missing++; // a row without an answer
                continue;
            }
            bool isSingle = float.IsNaN(rejectedReward); // a row of one answer
            if (!float.IsFinite(chosenReward) || !(isSingle || float.IsFinite(rejectedReward)))
                throw new InvalidOperationException(FormattableString.Invariant(
                    $"Row {cursor.Position + 1} cannot be evaluated: its rewards are {chosenReward} and {rejectedReward}, and not both finite numbers."));
            if (isSingle) sums.AddSingle(chosenReward, isChosen: true, name?.Invoke());
            else sums.Add(chosenReward, rejectedReward, lead(), name?.Invoke());
        }
        if (missing > 0) TellMissing(host, missing);
        return sums.Metrics();
    }

    private static void TellMissing(IHost host, long count)
    {
        using IChannel channel = host.Start("Evaluate");
        channel.Warning(FormattableString.Invariant($"{count} rows are left out, for they have no rewards: an answer is missing."));
    }

    private static DataViewSchema.Column? Optional(ColumnCheck check, DataViewSchema schema, string role, string? name, string usual) => name is not null
        ? check.Text(role, name)
        : schema.GetColumnOrNull(usual) is { } column && column.Type is TextDataViewType ? column : null;

    private static Func<double?> Lead(DataViewRow row, DataViewSchema.Column? chosen, DataViewSchema.Column? rejected)
    {
        if (chosen is not { } first || rejected is not { } second) return () => null;
        ValueGetter<ReadOnlyMemory<char>> getFirst = row.GetGetter<ReadOnlyMemory<char>>(first), getSecond = row.GetGetter<ReadOnlyMemory<char>>(second);
        return () =>
        {
            ReadOnlyMemory<char> one = default, other = default;
            getFirst(ref one);
            getSecond(ref other);
            return one.Length - other.Length;
        };
    }

    /// <summary>A value of any type of one value as text.</summary>
    private static Func<string> TextOf(DataViewRow row, DataViewSchema.Column column)
    {
        Func<DataViewRow, DataViewSchema.Column, Func<string>> open = TextOf<int>;
        return (Func<string>)open.Method.GetGenericMethodDefinition().MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;
    }

    private static Func<string> TextOf<T>(DataViewRow row, DataViewSchema.Column column)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return FormattableString.Invariant($"{value}");
        };
    }
}
