using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
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

    /// <summary>A list of objects that stand there as texts of JSON, as the objects; anything else as it is.</summary>
    public static object? OfJson(object? value)
    {
        if (value is not JinjaList { Items.Length: > 0 } list || !Array.TrueForAll(list.Items, item => item is string)) return value;
        object?[] items = Array.ConvertAll(list.Items, item => ConversationText.Value((string)item!));
        return Array.TrueForAll(items, item => item is JinjaDictionary) ? new JinjaList(items) : value;
    }

    private static JinjaDictionary Dictionary(FieldRecord record)
    {
        var fields = new JinjaDictionary();
        for (int i = 0; i < record.Names.Count; i++) fields[record.Names[i]] = Of(record.Values[i]);
        return fields;
    }
}
