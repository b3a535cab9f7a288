using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>A field of a Parquet schema, with the levels that tell whether it is there.</summary>
internal sealed class ParquetNode
{
    private static readonly string[] ListItemNames = ["array"];

    private ParquetNode(SchemaElement element, string path, int definition, int repetition)
    {
        Name = element.Name;
        Path = path;
        Repetition = element.RepetitionType ?? FieldRepetitionType.REQUIRED;
        DefinitionLevel = definition + (Repetition == FieldRepetitionType.REQUIRED ? 0 : 1);
        RepetitionLevel = repetition + (Repetition == FieldRepetitionType.REPEATED ? 1 : 0);
        IsList = element.LogicalType?.LIST is not null || element.ConvertedType == ConvertedType.LIST;
    }

    public string Name { get; }

    /// <summary>The names from the top, joined with `/`.</summary>
    public string Path { get; }

    public FieldRepetitionType Repetition { get; }

    public int DefinitionLevel { get; }

    public int RepetitionLevel { get; }

    public bool IsList { get; }

    public List<ParquetNode> Children { get; } = [];

    /// <summary>
    /// Whether this repeated field is only the frame of a list's items: a group of one field, by the names that the format's rules exempt.
    /// </summary>
    public bool IsListFrame(ParquetNode list) =>
        Children.Count == 1 && !ListItemNames.Contains(Name, StringComparer.Ordinal) && Name != $"{list.Name}_tuple";

    /// <summary>The top-level fields.</summary>
    public static List<ParquetNode> Read(IReadOnlyList<SchemaElement> schema)
    {
        int at = 1;
        var fields = new List<ParquetNode>();
        for (int i = 0; i < schema[0].NumChildren; i++) fields.Add(Read(schema, ref at, "", 0, 0));
        return fields;
    }

    // The depth of the schema was checked with the footer.
    private static ParquetNode Read(IReadOnlyList<SchemaElement> schema, ref int at, string path, int definition, int repetition)
    {
        SchemaElement element = schema[at++];
        var node = new ParquetNode(element, path.Length == 0 ? element.Name : $"{path}/{element.Name}", definition, repetition);
        for (int i = 0; i < (element.NumChildren ?? 0); i++) node.Children.Add(Read(schema, ref at, node.Path, node.DefinitionLevel, node.RepetitionLevel));
        return node;
    }
}
