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
        return head.Any(char.IsControl) ? string.Concat(head.Select(Visible)) : head;
    }

    private static string Visible(char c) => c switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString(),
    };
}
