using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// Messages that a program printed into a text. They are read where a whole column has them, and never are the words of a user or an assistant.
/// </summary>
internal static partial class PrintedMessages
{
    /// <summary>What is wrong with a text that is to be taken as it stands; null for nothing.</summary>
    public static RowFault? Check(string text, string field)
    {
        if (text.AsSpan().TrimStart() is not ['[' or '{' or '(', ..] || !JsonText.TryParse(text).IsNull) return null;
        if (!Beginning().IsMatch(text[..Math.Min(text.Length, 200)])) return null;
        return RowFault.Malformed($"`{field}` must be text or messages as JSON, but holds messages as a program printed them: `{Excerpt.Of(text)}`. " +
            "Write the column as JSON, as `json.dumps` does.");
    }

    /// <summary>Whether the text is a list of one text by Python's <c>repr</c>.</summary>
    public static bool IsListOfOneText(string text) =>
        text.AsSpan().TrimStart() is ['[', '\'' or '"', ..] && JsonText.TryParse(text).IsNull
            && PrintedText.TryParse(text) is { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text }] };

    // Python and DuckDB: `[{'role': ...`; Presto: `[{role=user, ...`; Spark's maps: `{role -> user, ...`, its structs: `[{user, ...`.
    [GeneratedRegex(
        """^\s*(\[\s*|\(\s*|array\(\[)?\{\s*(['"](role|content|from|value)['"]\s*:|(role|content|from|value)\s*(=|->)|(system|user|assistant|human|gpt)\s*,)""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}
