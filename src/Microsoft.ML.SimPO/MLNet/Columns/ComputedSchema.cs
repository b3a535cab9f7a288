using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Schemas with computed columns, which carry the annotations by which ML.NET knows scores.</summary>
internal static class ComputedSchema
{
    private const string SetId = "ScoreColumnSetId", Kind = "ScoreColumnKind", ValueKind = "ScoreValueKind", TargetMargin = "TargetMargin";

    public static DataViewSchema AddTo<TResult>(DataViewSchema input, IEnumerable<ComputedColumn<TResult>> columns)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        uint set = input.GetMaxAnnotationKind(out _, SetId) + 1;
        foreach (ComputedColumn<TResult> column in columns)
            builder.AddColumn(column.Name, column.Type, column.ScoreKind is null ? null : Annotations(set, column.ScoreKind, column.TargetMargin));
        return builder.ToSchema();
    }

    public static SchemaShape AddTo<TResult>(SchemaShape input, IEnumerable<ComputedColumn<TResult>> columns)
    {
        Dictionary<string, SchemaShape.Column> shape = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (ComputedColumn<TResult> column in columns)
        {
            SchemaShape? annotations = column.ScoreKind is null ? null : new SchemaShape(AnnotationsOf(column.TargetMargin is not null));
            (SchemaShape.Column.VectorKind kind, DataViewType item) = column.Type is VectorDataViewType vector
                ? (SchemaShape.Column.VectorKind.Vector, vector.ItemType) : (SchemaShape.Column.VectorKind.Scalar, column.Type);
            shape[column.Name] = new SchemaShape.Column(column.Name, kind, item, false, annotations);
        }
        return new SchemaShape(shape.Values);
    }

    /// <summary>The margin that the loss of the model wants of the scores; null for a column that does not say it.</summary>
    public static double? TargetMarginOf(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(TargetMargin) is not { } margin || margin.Type != NumberDataViewType.Double) return null;
        double value = 0;
        column.Annotations.GetValue(TargetMargin, ref value);
        return value;
    }

    private static IEnumerable<SchemaShape.Column> AnnotationsOf(bool hasMargin)
    {
        yield return new SchemaShape.Column(SetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true);
        yield return new SchemaShape.Column(Kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        yield return new SchemaShape.Column(ValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false);
        if (hasMargin) yield return new SchemaShape.Column(TargetMargin, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Double, false);
    }

    private static DataViewSchema.Annotations Annotations(uint set, string value, double? targetMargin)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(SetId, new KeyDataViewType(typeof(uint), 1 << 20), (ref uint id) => id = set);
        builder.Add(Kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> kind) => kind = "Alignment".AsMemory());
        builder.Add(ValueKind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> kind) => kind = value.AsMemory());
        if (targetMargin is { } wanted) builder.Add(TargetMargin, NumberDataViewType.Double, (ref double margin) => margin = wanted);
        return builder.ToAnnotations();
    }
}
