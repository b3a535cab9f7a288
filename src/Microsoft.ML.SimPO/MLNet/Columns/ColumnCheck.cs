using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Looks for the columns of a schema in ML.NET's own words, and says all that is wrong at once.</summary>
internal sealed class ColumnCheck(IExceptionContext host, DataViewSchema schema)
{
    private readonly List<string> _faults = [];

    public DataViewSchema.Column Text(string role, string name) => Find(role, name, TextDataViewType.Instance);

    public DataViewSchema.Column Number(string role, string name) => Find(role, name, NumberDataViewType.Single);

    public DataViewSchema.Column FlagOrNumber(string role, string name) => Find(role, name, BooleanDataViewType.Instance, NumberDataViewType.Single);

    /// <summary>A column of any type that is one value.</summary>
    public DataViewSchema.Column Any(string role, string name)
    {
        if (schema.GetColumnOrNull(name) is not { } column) _faults.Add(Missing(role, name, schema.Select(c => c.Name)));
        else if (column.Type is not PrimitiveDataViewType) _faults.Add($"Schema mismatch for {role} column '{name}': expected one value, got {column.Type}");
        else return column;
        return default;
    }

    /// <summary>What is said of a column that is missing. One whose name differs in its case alone is named.</summary>
    public static string Missing(string role, string name, IEnumerable<string> columns) => $"Could not find {role} column '{name}'" + (
        columns.FirstOrDefault(c => string.Equals(c, name, StringComparison.OrdinalIgnoreCase)) is { } other
            ? $". There is '{other}': give that as the name of the column, for names keep their case" : "");

    /// <exception cref="ArgumentOutOfRangeException">A column was missing or of another type.</exception>
    public void ThrowIfFaulty(string parameter)
    {
        if (_faults.Count > 0) throw host.ExceptParam(parameter, string.Join(Environment.NewLine, _faults));
    }

    private DataViewSchema.Column Find(string role, string name, params DataViewType[] types)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
        {
            _faults.Add(Missing(role, name, schema.Select(c => c.Name)));
            return default;
        }
        if (!types.Any(column.Type.Equals))
            _faults.Add($"Schema mismatch for {role} column '{name}': expected {string.Join<DataViewType>(" or ", types)}, got {column.Type}");
        return column;
    }
}
