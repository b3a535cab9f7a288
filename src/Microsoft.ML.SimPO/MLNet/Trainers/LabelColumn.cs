using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Reads which single answers are desirable.</summary>
internal static class LabelColumn
{
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or neither true and false nor a number.</exception>
    /// <exception cref="InvalidDataException">A row that is used has no label.</exception>
    public static IReadOnlyList<EncodedPrompt> AddTo(IReadOnlyList<EncodedPrompt> answers, IDataView data, IHost host, string name)
    {
        if (data.Schema.GetColumnOrNull(name) is not { } column) throw host.ExceptParam("inputSchema", $"Could not find label column '{name}'");
        if (!column.Type.Equals(BooleanDataViewType.Instance) && !column.Type.Equals(NumberDataViewType.Single))
            throw host.ExceptParam("inputSchema", $"Schema mismatch for label column '{name}': expected Boolean or Single, got {column.Type}");
        var labelled = new EncodedPrompt[answers.Count];
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        Func<float> label = Reader(cursor, column);
        for (int i = 0; i < labelled.Length && cursor.MoveNext();)
        {
            if (cursor.Position + 1 != answers[i].Row) continue; // it was dropped
            float value = label();
            if (float.IsNaN(value)) throw new InvalidDataException(FormattableString.Invariant($"Row {answers[i].Row}: '{name}' is NaN. Use 1 or 0."));
            labelled[i] = new EncodedPrompt(answers[i].Chosen with { Rating = value > 0 ? 1 : 0 }) { Row = answers[i].Row };
            i++;
        }
        return labelled;
    }

    private static Func<float> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type.Equals(NumberDataViewType.Single))
        {
            ValueGetter<float> number = row.GetGetter<float>(column);
            return () =>
            {
                float value = 0;
                number(ref value);
                return value;
            };
        }
        ValueGetter<bool> flag = row.GetGetter<bool>(column);
        return () =>
        {
            bool value = false;
            flag(ref value);
            return value ? 1 : 0;
        };
    }
}
