using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Lists that a cell of CSV holds as text: JSON, or what Python prints.</summary>
internal static class ListText
{
    /// <summary>The list that a text is; any other value as it is.</summary>
    public static FieldValue Of(FieldValue value) =>
        value.Kind == FieldKind.Text && value.Text.AsSpan().TrimStart() is ['[', ..] && JsonText.TryParseAny(value.Text) is { Kind: FieldKind.List } list
            ? list : value;

    /// <summary>Whether a value is a list, or a text that is one.</summary>
    public static bool Is(FieldValue value) => Of(value).Kind == FieldKind.List;
}
