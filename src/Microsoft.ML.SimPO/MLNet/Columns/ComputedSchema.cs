using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Schemas with computed columns, which carry the annotations by which ML.NET knows scores.</summary>
internal static class ComputedSchema
{
    private const string SetId = "ScoreColumnSetId", Kind = "ScoreColumnKind", ValueKind = "ScoreValueKind";

    public static DataViewSchema AddTo<TResult>(DataViewSchema input, IEnumerable<ComputedColumn<TResult>> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        uint set = input.GetMaxAnnotationKind(out _, SetId) + 1;
        foreach (ComputedColumn<TResult> column in columns)
            builder.AddColumn(column.Name, column.Type, column.ScoreKind is null ? null : Annotations(set, column.ScoreKind));
        return builder.ToSchema();
    }

    public static SchemaShape AddTo<TResult>(SchemaShape input, IEnumerable<ComputedColumn<TResult>> columns)
    {
        var annotations = new SchemaShape(
        [
            new SchemaShape.Column(SetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true),
            new SchemaShape.Column(Kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false),
            new SchemaShape.Column(ValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false),
        ]);
        Dictionary<string, SchemaShape.Column> shape = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (ComputedColumn<TResult> column in columns)
            shape[column.Name] = new SchemaShape.Column(column.Name, SchemaShape.Column.VectorKind.Scalar, column.Type, false, column.ScoreKind is null ? null : annotations);
        return new SchemaShape(shape.Values);
    }

    private static DataViewSchema.Annotations Annotations(uint set, string value)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(SetId, new KeyDataViewType(typeof(uint), 1 << 20), (ref uint id) => id = set);
        builder.Add(Kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> kind) => kind = "Alignment".AsMemory());
        builder.Add(ValueKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> kind) => kind = value.AsMemory());
        return builder.ToAnnotations();
    }
}
