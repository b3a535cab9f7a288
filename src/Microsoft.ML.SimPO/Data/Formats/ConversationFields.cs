using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The fields of a row that belong to its conversation and are no messages: tools, documents, variables of the chat template.</summary>
internal static class ConversationFields
{
    public static RowFault? Read(FieldRecord row, LayoutColumns columns, IReadOnlyList<Message> messages, out Conversation conversation)
    {
        conversation = new Conversation(messages);
        if (List(row, columns.Tools, out JinjaList? tools) is { } wrongTools) return wrongTools;
        if (List(row, columns.Documents, out JinjaList? documents) is { } wrongDocuments) return wrongDocuments;
        object? variables = Tree(row, columns.Variables);
        if (variables is not (null or JinjaDictionary)) return RowFault.Type(columns.Variables!, "an object", LayoutColumns.Get(row, columns.Variables));
        conversation = conversation with { Tools = tools, Documents = documents, Variables = variables is JinjaDictionary { Count: > 0 } given ? given : null };
        return null;
    }

    /// <summary>A list, or a text that is one as JSON; an empty one is none.</summary>
    private static RowFault? List(FieldRecord row, string? name, out JinjaList? list)
    {
        object? value = Tree(row, name);
        list = value is JinjaList { Items.Length: > 0 } found ? found : null;
        return value is null or JinjaList ? null : RowFault.Type(name!, "a list, or a list as JSON text", LayoutColumns.Get(row, name));
    }

    private static object? Tree(FieldRecord row, string? name)
    {
        FieldValue value = LayoutColumns.Get(row, name);
        if (value.Kind != FieldKind.Text) return FieldTree.Of(value);
        return string.IsNullOrWhiteSpace(value.Text) ? null : ConversationText.Value(value.Text) ?? value.Text;
    }
}
