using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>A report as a page of its own: no script, nothing from a network, whatever a model or a file wrote encoded.</summary>
internal static class ReportPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: #8885; --back: #fff; --text: #1b1b1f }
        @media (prefers-color-scheme: dark) { :root { --back: #17171a; --text: #e8e8ec } }
        body { font: 15px/1.45 system-ui, sans-serif; background: var(--back); color: var(--text); margin: 0 auto; padding: 1rem; max-width: 70rem }
        .wide { overflow-x: auto } .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: .5rem }
        table { border-collapse: collapse; margin: .5rem 0 } th, td { border: 1px solid var(--line); padding: 2px 8px; overflow-wrap: break-word }
        th { text-align: left } td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
        pre { white-space: pre-wrap; margin: 0; font: inherit }
        svg { width: 100%; height: auto } svg text { font: 10px system-ui, sans-serif; fill: currentColor } svg .title { font-weight: bold; font-size: 11px }
        svg polyline { fill: none; stroke-width: 1.5 } svg .axis { fill: none; stroke: currentColor; stroke-opacity: .4 }
        svg .target { stroke: currentColor; stroke-dasharray: 4 3; stroke-opacity: .7 }
        .well { color: #0a9a6b } .doubtful { color: #c77700 } .lost { color: #e03131 }
        """;

    public static string Html(IReadOnlyList<ReportContent> runs)
    {
        var text = new StringBuilder();
        string title = $"SimPO: {string.Join(", ", runs.Select(r => r.Name))}";
        text.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>{Encode(title)}</title>")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><link rel=\"icon\" href=\"data:,\"/>")
            .Append(CultureInfo.InvariantCulture, $"<style>{Style}</style></head><body><h1>{Encode(title)}</h1>\n");
        for (int i = 0; i < runs.Count; i++)
        {
            string mark = runs.Count > 1 ? $"<span style=\"color:{ReportChart.ColorOf(i)}\">&#9632;</span> " : "";
            text.Append(CultureInfo.InvariantCulture, $"<p>{mark}<b>{Encode(runs[i].Name)}</b>: <b class=\"{runs[i].Verdict}\">{runs[i].Verdict}</b></p>\n");
        }
        foreach (ReportTable table in ReportTable.All(runs)) Write(table, text);
        text.Append("<h2>Curves</h2><div class=\"charts\">");
        foreach (string name in runs.SelectMany(r => r.Series).Select(s => s.Name).Distinct())
        {
            double? target = name == "rewards/margins" && runs.Count == 1 ? runs[0].Target : null;
            text.Append(ReportChart.Svg(name, [.. runs.Select(r => r.Series.First(s => s.Name == name))], target));
        }
        return text.Append("</div></body></html>\n").ToString();
    }

    private static void Write(ReportTable table, StringBuilder text)
    {
        if (table.Rows.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(table.Title)}</h2><div class=\"wide\"><table><thead><tr>")
            .AppendJoin("", table.Heads.Select(h => $"<th>{Encode(h)}</th>")).Append("</tr></thead><tbody>");
        foreach (object?[] row in table.Rows)
        {
            text.Append("<tr>");
            foreach (object? cell in row)
            {
                string written = Encode(ReportTable.Text(cell));
                text.Append(cell is not (null or string) ? $"<td class=\"n\">{written}</td>"
                    : written.Contains('\n', StringComparison.Ordinal) ? $"<td><pre>{written}</pre></td>" : $"<td>{written}</td>");
            }
            text.Append("</tr>");
        }
        text.Append("</tbody></table></div>\n");
    }

    private static string Encode(string text) => HtmlTable.Encode(text);
}
