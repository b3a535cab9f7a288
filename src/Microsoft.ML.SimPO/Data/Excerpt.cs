using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SimPO.Data;

/// <summary>The beginning of a text, on one line, for a message.</summary>
internal static class Excerpt
{
    public const int Length = 60;

    public static string Of(string text)
    {
        string head = text;
        if (text.Length > Length)
        {
            int end = char.IsHighSurrogate(text[Length - 1]) ? Length - 1 : Length;
            head = text[..end] + "...";
        }
        return Visible(head);
    }

    /// <summary>The beginning of a text as a message quotes it; null for none.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Quoted(string? text) => text is null ? null : $"`{Of(text)}`";

    /// <summary>The whole text on one line: a line break is <c>\n</c>.</summary>
    public static string Visible(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(Visible)) : text;

    private static string Visible(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString(),
    };
}
