using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Reads which single answers are desirable.</summary>
internal static class LabelColumn
{
    /// <exception cref="ArgumentOutOfRangeException">It is missing or neither true and false nor a number.</exception>
    public static DataViewSchema.Column Find(IHost host, DataViewSchema schema, string name, string parameter = "inputSchema")
    {
        ColumnCheck check = new(host, schema);
        DataViewSchema.Column column = check.FlagOrNumber("label", name);
        check.ThrowIfFaulty(parameter);
        return column;
    }

    /// <exception cref="InvalidDataException">A row that is used has no label.</exception>
    public static IReadOnlyList<EncodedPrompt> AddTo(IReadOnlyList<EncodedPrompt> answers, IDataView data, IHost host, string name)
    {
        DataViewSchema.Column column = Find(host, data.Schema, name);
        return SecondReading.Add(answers, data, [column], row =>
        {
            Func<float> label = Reader(row, column);
            return answer =>
            {
                float value = label();
                return float.IsNaN(value)
                    ? throw new InvalidDataException(FormattableString.Invariant($"Row {answer.Row}: '{name}' is NaN. Use 1 or 0."))
                    : new EncodedPrompt(answer.Chosen with { Rating = value > 0 ? 1 : 0 }) { Row = answer.Row };
            };
        });
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
