using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Values of rows as chat templates take them.</summary>
internal static class FieldTree
{
    public static object? Of(FieldValue value) => value.Kind switch
    {
        FieldKind.Text => value.Text,
        FieldKind.Number => value.Exact,
        FieldKind.Boolean => value.Boolean,
        FieldKind.List => new JinjaList(Array.ConvertAll(value.Items, Of)),
        FieldKind.Record => Dictionary(value.Record),
        _ => null,
    };

    private static JinjaDictionary Dictionary(FieldRecord record)
    {
        var fields = new JinjaDictionary();
        for (int i = 0; i < record.Names.Count; i++) fields[record.Names[i]] = Of(record.Values[i]);
        return fields;
    }
}
