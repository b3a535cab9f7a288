namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="DataCheck"/>.</summary>
internal sealed class CheckDisplay() : HtmlFormatterSource<DataCheck>(Html)
{
    public static string Html(DataCheck check)
    {
        string caption = FormattableString.Invariant($"{check.Rows} rows, {(check.Findings.Count == 0 ? "nothing to say" : $"{check.Findings.Count} found")}");
        HtmlTable findings = HtmlTable.With(caption, "severity", "rule", "rows", "", "remedy");
        foreach (DataFinding f in check.Findings) findings.Row(DataCheck.Name(f.Severity), f.Rule, f.Count, f.Message, f.Remedy);
        return findings.ToString();
    }
}
