namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="MethodComparison"/>.</summary>
internal sealed class ComparisonDisplay() : HtmlFormatterSource<MethodComparison>(Html)
{
    public static string Html(MethodComparison comparison)
    {
        HtmlTable table = HtmlTable.With($"{comparison.Methods.Count} methods", ComparisonTable.Header(comparison));
        foreach (ComparedMethod method in comparison.Methods) table.Row([.. ComparisonTable.Row(comparison, method)]);
        if (comparison.Methods.All(m => m.Findings.Count == 0)) return table.ToString();
        HtmlTable findings = HtmlTable.With("Findings", "method", "step", "finding");
        foreach (ComparedMethod method in comparison.Methods)
            foreach (TrainingDiagnosis finding in method.Findings) findings.Row(method.Name, finding.Step, finding.Message);
        return table.ToString() + findings;
    }
}
