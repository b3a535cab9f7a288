using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What a run was and what became of it, or several beside each other: verdict and findings, figures, held-out pairs before and after, options, data, curves
/// and what it was made of. The same numbers stand in every form.
/// </summary>
public sealed class AlignmentReport
{
    private readonly IReadOnlyList<ReportContent> _runs;

    internal AlignmentReport(IReadOnlyList<ReportContent> runs) => _runs = runs;

    /// <summary>A page that needs neither scripts nor a network, also on a narrow or a dark screen.</summary>
    public string ToHtml() => ReportPage.Html(_runs);

    /// <summary>
    /// <c>{"runs": [{"name", "verdict", "target_margin", "series": {name: [[step, value]]}}], "tables": [{"title", "heads", "rows"}]}</c>; verdicts are
    /// <c>well</c>, <c>doubtful</c> and <c>lost</c>.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("runs");
            foreach (ReportContent run in _runs) Write(json, run);
            json.WriteEndArray();
            json.WriteStartArray("tables");
            foreach (ReportTable table in ReportTable.All(_runs)) Write(json, table);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A model card: the tables in Markdown, below the metadata that hubs of models read.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder("---\ntags:\n- simpo\n- preference-tuning\n---\n\n");
        foreach (ReportContent run in _runs) text.Append(CultureInfo.InvariantCulture, $"# {Cell(run.Name)}: {run.Verdict}\n\n");
        foreach (ReportTable table in ReportTable.All(_runs).Where(t => t.Rows.Count > 0))
        {
            text.Append(CultureInfo.InvariantCulture, $"## {table.Title}\n\n| {string.Join(" | ", table.Heads.Select(Cell))} |\n")
                .Append(CultureInfo.InvariantCulture, $"|{string.Concat(table.Heads.Select(_ => "---|"))}\n");
            foreach (object?[] row in table.Rows)
                text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Select(c => Cell(ReportTable.Text(c))))} |\n");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Writes <see cref="ToHtml"/> to a file.</summary>
    /// <param name="path">The file; replaced, when all of it is written, if it exists. Its folder must exist.</param>
    /// <exception cref="IOException">It cannot be written; what was there is as before.</exception>
    public void SaveHtml(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(ToHtml()));
    }

    /// <summary>Within a table nothing is markup: neither a bar nor a line's end, a tag nor a link.</summary>
    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (char c in text.ReplaceLineEndings("\n"))
        {
            if (c == '\n') cell.Append("<br>");
            else if (c is '<' or '>' or '&') cell.Append(HtmlTable.Encode(c.ToString()));
            else if (c is '|' or '`' or '*' or '_' or '[' or ']' or '\\' or '!' or '#') cell.Append('\\').Append(c);
            else cell.Append(c);
        }
        return cell.ToString();
    }

    private static void Write(Utf8JsonWriter json, ReportContent run)
    {
        json.WriteStartObject();
        json.WriteString("name", run.Name);
        json.WriteString("verdict", run.Verdict);
        if (run.Target is { } target) json.WriteNumber("target_margin", target);
        json.WriteStartObject("series");
        foreach (ReportSeries series in run.Series)
        {
            json.WriteStartArray(series.Name);
            foreach ((double step, double value) in series.Points)
            {
                json.WriteStartArray();
                json.WriteNumberValue(step);
                json.WriteNumberValue(value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReportTable table)
    {
        json.WriteStartObject();
        json.WriteString("title", table.Title);
        json.WriteStartArray("heads");
        foreach (string head in table.Heads) json.WriteStringValue(head);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (object?[] row in table.Rows)
        {
            json.WriteStartArray();
            foreach (object? cell in row)
            {
                if (cell is double number && double.IsFinite(number)) json.WriteNumberValue(number);
                else if (cell is int or long) json.WriteNumberValue(Convert.ToInt64(cell, CultureInfo.InvariantCulture));
                else if (cell is string words) json.WriteStringValue(words);
                else json.WriteNullValue();
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
