namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="MethodComparison"/>.</summary>
internal sealed class ComparisonDisplay() : HtmlFormatterSource<MethodComparison>(Html)
{
    public static string Html(MethodComparison comparison)
    {
        HtmlTable table = HtmlTable.With($"{comparison.Methods.Count} methods", ComparisonTable.Header(comparison));
        foreach (ComparedMethod method in comparison.Methods) table.Row([.. ComparisonTable.Row(comparison, method)]);
        return table.ToString();
    }
}
