using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Which columns of a schema a cursor was asked for.</summary>
internal sealed class ActiveColumns
{
    private readonly DataViewSchema _schema;
    private readonly bool[] _active;

    /// <exception cref="ArgumentOutOfRangeException">A column is not one of the schema.</exception>
    public ActiveColumns(DataViewSchema schema, IEnumerable<DataViewSchema.Column> needed)
    {
        _schema = schema;
        _active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in needed) _active[IndexOf(column)] = true;
    }

    public bool this[int index] => _active[index];

    /// <summary>Whether one of the columns from an index on is asked for.</summary>
    public bool AnyFrom(int index) => _active.AsSpan(index).Contains(true);

    /// <exception cref="ArgumentOutOfRangeException">The column is not one of the schema.</exception>
    public bool Contains(DataViewSchema.Column column) => _active[IndexOf(column)];

    /// <exception cref="ArgumentOutOfRangeException">The column is not one of the schema, or was not asked for.</exception>
    public void Require(DataViewSchema.Column column)
    {
        if (!Contains(column)) throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' was not asked for when the cursor was made.");
    }

    private int IndexOf(DataViewSchema.Column column) => column.Index < _schema.Count && _schema[column.Index].Name == column.Name
        ? column.Index
        : throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' at {column.Index} is not one of the schema.");
}
