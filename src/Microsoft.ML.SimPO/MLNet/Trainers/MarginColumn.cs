using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Reads by how much chosen answers are the better ones.</summary>
internal static class MarginColumn
{
    /// <exception cref="ArgumentOutOfRangeException">It is missing or holds no single numbers.</exception>
    public static DataViewSchema.Column Find(IHost host, DataViewSchema schema, string name, string parameter = "inputSchema")
    {
        ColumnCheck check = new(host, schema);
        DataViewSchema.Column column = check.Number("margin", name);
        check.ThrowIfFaulty(parameter);
        return column;
    }

    /// <exception cref="InvalidDataException">A row that is used has none.</exception>
    public static IReadOnlyList<EncodedPrompt> AddTo(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host, string name)
    {
        DataViewSchema.Column column = Find(host, data.Schema, name);
        return SecondReading.Add(pairs, data, [column], row =>
        {
            ValueGetter<float> margin = row.GetGetter<float>(column);
            return pair =>
            {
                float value = 0;
                margin(ref value);
                return float.IsFinite(value) ? pair.WithMargin(value) : throw new InvalidDataException(
                    FormattableString.Invariant($"Row {pair.Row}: '{name}' is {value}, which is no finite number. Use 0 where nothing is known."));
            };
        });
    }
}
