using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Evaluation;

namespace Microsoft.ML.SimPO;

/// <summary>Reads scored rows and sums them up.</summary>
internal static class MetricsReader
{
    public static AlignmentMetrics Read(IHost host, IDataView data, double targetMargin, string chosenColumn, string rejectedColumn)
    {
        ColumnCheck check = new(host, data.Schema);
        DataViewSchema.Column chosen = check.Number("chosen reward", chosenColumn), rejected = check.Number("rejected reward", rejectedColumn);
        check.ThrowIfFaulty(nameof(data));
        var sums = new MetricsSum(targetMargin);
        using DataViewRowCursor cursor = data.GetRowCursor([chosen, rejected]);
        ValueGetter<float> getChosen = cursor.GetGetter<float>(chosen), getRejected = cursor.GetGetter<float>(rejected);
        while (cursor.MoveNext())
        {
            float chosenReward = 0, rejectedReward = 0;
            getChosen(ref chosenReward);
            getRejected(ref rejectedReward);
            sums.Add(chosenReward, rejectedReward);
        }
        return sums.Metrics();
    }
}
