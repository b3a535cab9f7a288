using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The rows of an <see cref="IDataView"/>, a <c>DataFrame</c> among them. Text, numbers, truth values and vectors of them count; hidden
/// columns do not.
/// </summary>
internal sealed class DataViewSource(IDataView data, string name) : IRowSource
{
    public string Name => name;

    public IEnumerable<SourceRow> Read(FieldSelection wanted)
    {
        DataViewSchema.Column[] columns = data.Schema.Where(column => !column.IsHidden && DataViewValue.Reads(column.Type)).ToArray();
        string[] names = columns.Select(column => column.Name).ToArray();
        using DataViewRowCursor cursor = data.GetRowCursor(columns);
        Func<FieldValue>[] getters = columns.Select(column => DataViewValue.Getter(cursor, column)).ToArray();
        while (cursor.MoveNext())
        {
            var location = new RowLocation(name, cursor.Position + 1, 0);
            var values = new FieldValue[columns.Length];
            for (int i = 0; i < values.Length; i++)
            {
                if (wanted.Wants(names[i])) values[i] = getters[i]();
            }
            yield return new SourceRow(new FieldRecord(names, values), null, location);
        }
    }
}
