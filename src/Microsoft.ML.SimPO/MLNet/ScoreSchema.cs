using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The schema of the columns that <see cref="SimPOTransformer"/> adds, with the annotations by which ML.NET knows scores.</summary>
internal static class ScoreSchema
{
    private const string SetId = "ScoreColumnSetId", Kind = "ScoreColumnKind", ValueKind = "ScoreValueKind";

    private static readonly (string Name, DataViewType Type, string Value)[] Columns =
    [
        (ScoreColumns.ChosenReward, NumberDataViewType.Single, "ChosenReward"),
        (ScoreColumns.RejectedReward, NumberDataViewType.Single, "RejectedReward"),
        (ScoreColumns.Margin, NumberDataViewType.Single, "Margin"),
        (ScoreColumns.Score, NumberDataViewType.Single, "Score"),
        (ScoreColumns.PredictedLabel, BooleanDataViewType.Instance, "PredictedLabel"),
    ];

    public static DataViewSchema AddTo(DataViewSchema input)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        uint set = input.GetMaxAnnotationKind(out _, SetId) + 1;
        foreach ((string name, DataViewType type, string value) in Columns) builder.AddColumn(name, type, Annotations(set, value));
        return builder.ToSchema();
    }

    public static SchemaShape AddTo(SchemaShape input)
    {
        var annotations = new SchemaShape(
        [
            new SchemaShape.Column(SetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, true),
            new SchemaShape.Column(Kind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false),
            new SchemaShape.Column(ValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, false),
        ]);
        Dictionary<string, SchemaShape.Column> columns = input.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach ((string name, DataViewType type, _) in Columns)
            columns[name] = new SchemaShape.Column(name, SchemaShape.Column.VectorKind.Scalar, type, false, annotations);
        return new SchemaShape(columns.Values);
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
