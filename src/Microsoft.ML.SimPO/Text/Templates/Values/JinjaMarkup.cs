using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>Text that <c>escape</c> or <c>safe</c> marked as HTML. Escaped text that is added to it becomes escaped too.</summary>
internal sealed class JinjaMarkup(string text) : JinjaObject
{
    public string Text => text;

    public override string TypeName => "Markup";

    public override bool IsTrue => text.Length > 0;

    public override string Represent() => $"Markup({PythonRepr.Of(text)})";

    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("&<>'\"") < 0) return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '\'' => escaped.Append("&#39;"),
                '"' => escaped.Append("&#34;"),
                _ => escaped.Append(c),
            };
        return escaped.ToString();
    }
}
