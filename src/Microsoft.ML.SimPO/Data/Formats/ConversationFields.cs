using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The fields of a row that belong to its conversation and are no messages: tools, documents, variables of the chat template.</summary>
internal static class ConversationFields
{
    /// <param name="asGiven">Whether an empty list of tools is one.</param>
    public static RowFault? Read(
        FieldRecord row, LayoutColumns columns, IReadOnlyList<Message> messages, out Conversation conversation, bool asGiven = false)
    {
        conversation = new Conversation(messages);
        if (List(row, columns.Tools, out JinjaList? tools, asGiven) is { } wrongTools) return wrongTools;
        bool areFormer = columns.Tools?.EndsWith(FieldNames.FormerTools, StringComparison.Ordinal) == true;
        if (tools is not null && areFormer) tools = new JinjaList(Array.ConvertAll(tools.Items, MessageFields.AsFunction));
        if (List(row, columns.Documents, out JinjaList? documents) is { } wrongDocuments) return wrongDocuments;
        object? variables = Tree(row, columns.Variables);
        if (variables is not (null or JinjaDictionary)) return RowFault.Type(columns.Variables!, "an object", LayoutColumns.Get(row, columns.Variables));
        conversation = conversation with { Tools = tools, Documents = documents, Variables = variables is JinjaDictionary { Count: > 0 } given ? given : null };
        return null;
    }

    /// <summary>A list, or a text that is one as JSON; an empty one is none unless it may be.</summary>
    private static RowFault? List(FieldRecord row, string? name, out JinjaList? list, bool mayBeEmpty = false)
    {
        object? value = Tree(row, name);
        list = value is JinjaList found && (mayBeEmpty || found.Items.Length > 0) ? found : null;
        return value is null or JinjaList ? null : RowFault.Type(name!, "a list, or a list as JSON text", LayoutColumns.Get(row, name));
    }

    private static object? Tree(FieldRecord row, string? name)
    {
        FieldValue value = LayoutColumns.Get(row, name);
        if (value.Kind != FieldKind.Text) return FieldTree.OfJson(FieldTree.Of(value));
        return string.IsNullOrWhiteSpace(value.Text) ? null : FieldTree.OfJson(ConversationText.Value(value.Text)) ?? value.Text;
    }
}
