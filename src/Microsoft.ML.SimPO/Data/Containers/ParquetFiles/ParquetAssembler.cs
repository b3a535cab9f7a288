using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Puts rows together from leaf columns by their levels (the record assembly of Dremel).</summary>
internal sealed class ParquetAssembler
{
    private readonly Dictionary<string, ParquetColumn> _columns;
    private readonly Dictionary<string, string> _others;
    private readonly Dictionary<ParquetNode, ParquetColumn[]> _leaves = [];
    private readonly ParquetNode[] _fields;
    private readonly string[] _names;
    private int _left;

    /// <param name="fields">Top-level fields to read.</param>
    /// <param name="columns">Their leaf columns by path.</param>
    /// <param name="others">What leaves that are in no pair (dates, bytes) are called, by path.</param>
    public ParquetAssembler(IEnumerable<ParquetNode> fields, Dictionary<string, ParquetColumn> columns, Dictionary<string, string> others)
    {
        _columns = columns;
        _others = others;
        _fields = fields.ToArray();
        _names = _fields.Select(field => field.Name).ToArray();
        foreach (ParquetNode field in _fields) FindLeaves(field);
    }

    /// <summary>The next row. A field that is not wanted any more is null, and its columns are not read on.</summary>
    public FieldRecord Row(FieldSelection wanted)
    {
        _left = JsonRowParser.MaxValues;
        var values = new FieldValue[_fields.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (wanted.Wants(_names[i])) values[i] = Read(_fields[i]);
        }
        return new FieldRecord(_names, values);
    }

    private ParquetColumn[] FindLeaves(ParquetNode node)
    {
        ParquetColumn[] leaves = node.Children.Count == 0
            ? _columns.TryGetValue(node.Path, out ParquetColumn? column) ? [column] : []
            : node.Children.SelectMany(FindLeaves).ToArray();
        return _leaves[node] = leaves;
    }

    private FieldValue Read(ParquetNode node)
    {
        if (--_left < 0) throw new InvalidDataException($"a row must hold at most {JsonRowParser.MaxValues} values, but holds more.");
        ParquetColumn[] leaves = _leaves[node];
        if (leaves.Length == 0) return FieldValue.OfOther(_others.GetValueOrDefault(node.Path, "of a type that is in no pair"));
        if (node.Repetition == FieldRepetitionType.REPEATED) return FieldValue.Of(Items(node, leaves));
        if (node.DefinitionLevel > 0 && node.Children.Count > 0 && leaves[0].Definition < node.DefinitionLevel) return Nothing(leaves);
        return Content(node);
    }

    private FieldValue Content(ParquetNode node)
    {
        if (node.Children.Count == 0) return _columns[node.Path].Take();
        if (node is { IsList: true, Children: [{ Repetition: FieldRepetitionType.REPEATED } items] }) return List(node, items);
        var names = new string[node.Children.Count];
        var values = new FieldValue[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = node.Children[i].Name;
            values[i] = Read(node.Children[i]);
        }
        return FieldValue.Of(new FieldRecord(names, values));
    }

    private FieldValue List(ParquetNode list, ParquetNode items)
    {
        FieldValue[] values = Items(items, _leaves[items]);
        if (items.IsListFrame(list))
        {
            for (int i = 0; i < values.Length; i++) values[i] = values[i].Record[items.Children[0].Name];
        }
        return FieldValue.Of(values);
    }

    private FieldValue[] Items(ParquetNode node, ParquetColumn[] leaves)
    {
        if (leaves.Length == 0) return [];
        if (leaves[0].Definition < node.DefinitionLevel)
        {
            Nothing(leaves);
            return [];
        }
        var items = new List<FieldValue>();
        do
        {
            items.Add(Content(node));
            if (--_left < 0) throw new InvalidDataException($"a row must hold at most {JsonRowParser.MaxValues} values, but holds more.");
        }
        while (leaves[0].Repetition == node.RepetitionLevel);
        return items.ToArray();
    }

    // What is not there stands in each of its leaf columns once.
    private static FieldValue Nothing(ParquetColumn[] leaves)
    {
        foreach (ParquetColumn leaf in leaves) leaf.Take();
        return default;
    }
}
