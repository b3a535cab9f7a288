using System.Text;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>JSON inside a text field, as CSV files carry lists of messages.</summary>
internal static class JsonText
{
    private static readonly FieldSelection Everything = new();

    /// <summary>The messages, or null where the text is neither JSON messages nor printed ones.</summary>
    public static FieldValue TryParseMessages(string text) =>
        text.AsSpan().TrimStart() is ['[' or '{' or '(', ..] or ['a', 'r', 'r', ..] && TryParseAny(text) is var value && MessageParser.IsMessages(value)
            ? value
            : default;

    /// <summary>The value of JSON, or of what a program printed (see <see cref="PrintedText"/>); null where the text is neither.</summary>
    public static FieldValue TryParseAny(string text) => TryParse(text) is { IsNull: false } value ? value : PrintedText.TryParse(text);

    /// <summary>The value, or null where the text is not JSON.</summary>
    public static FieldValue TryParse(string text)
    {
        try
        {
            return new JsonRowParser(Everything).Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (FormatException)
        {
            return default;
        }
    }
}
