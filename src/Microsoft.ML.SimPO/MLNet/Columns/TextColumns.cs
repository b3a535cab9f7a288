using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Text columns of a schema.</summary>
internal sealed class TextColumns
{
    private TextColumns(DataViewSchema.Column[] columns) => Columns = columns;

    public IReadOnlyList<DataViewSchema.Column> Columns { get; }

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text; all faults are listed.</exception>
    public static TextColumns Of(IHost host, DataViewSchema schema, (string Role, string Name)[] names, string parameter = "inputSchema")
    {
        var check = new ColumnCheck(host, schema);
        DataViewSchema.Column[] columns = [.. names.Select(n => check.Text(n.Role, n.Name))];
        check.ThrowIfFaulty(parameter);
        return new TextColumns(columns);
    }

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or not text; all faults are listed.</exception>
    public static void Check(IHost host, SchemaShape schema, (string Role, string Name)[] names)
    {
        List<string> faults = [];
        foreach ((string role, string name) in names)
        {
            if (!schema.TryFindColumn(name, out SchemaShape.Column column)) faults.Add(ColumnCheck.Missing(role, name, schema.Select(c => c.Name)));
            else if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.IsKey || !column.ItemType.Equals(TextDataViewType.Instance))
                faults.Add($"Schema mismatch for {role} column '{name}': expected String, got {column.GetTypeString()}");
        }
        if (faults.Count > 0) throw host.ExceptParam("inputSchema", string.Join(Environment.NewLine, faults));
    }

    /// <summary>Reads the texts of the row that a cursor stands at: a new array each time.</summary>
    public Func<string[]> Reader(DataViewRow row)
    {
        ValueGetter<ReadOnlyMemory<char>>[] getters = [.. Columns.Select(row.GetGetter<ReadOnlyMemory<char>>)];
        return () => Array.ConvertAll(getters, getter =>
        {
            ReadOnlyMemory<char> value = default;
            getter(ref value);
            return value.ToString();
        });
    }
}
