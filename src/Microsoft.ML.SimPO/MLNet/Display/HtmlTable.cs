using System.Globalization;
using System.Net;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Tables in HTML. Text is always encoded: data and model names are not trusted.</summary>
internal sealed class HtmlTable
{
    private readonly StringBuilder _text = new("<table>");

    private HtmlTable(string? caption, string[] heads)
    {
        if (caption is not null) _text.Append(CultureInfo.InvariantCulture, $"<caption>{Encode(caption)}</caption>");
        if (heads.Length > 0) _text.Append("<thead><tr>").AppendJoin("", heads.Select(h => $"<th>{Encode(h)}</th>")).Append("</tr></thead>");
        _text.Append("<tbody>");
    }

    public static HtmlTable With(string? caption, params string[] heads) => new(caption, heads);

    /// <summary>Numbers stand at the right; null is an empty cell.</summary>
    public HtmlTable Row(params object?[] cells)
    {
        _text.Append("<tr>");
        foreach (object? cell in cells)
        {
            bool isText = cell is null or string;
            _text.Append(isText ? "<td style=\"text-align:left\">" : "<td style=\"text-align:right\">").Append(Encode(Text(cell))).Append("</td>");
        }
        _text.Append("</tr>");
        return this;
    }

    public override string ToString() => $"{_text}</tbody></table>";

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Text(object? cell) => cell switch
    {
        null => "",
        double.NaN or float.NaN => "\u2013", // a figure that there is none of, as an accuracy of single answers
        double number => number.ToString("G5", CultureInfo.InvariantCulture),
        float number => number.ToString("G5", CultureInfo.InvariantCulture),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };
}
