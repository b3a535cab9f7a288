namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Answers that refuse, where they are preferred and hardly ever not: the model is taught to refuse.</summary>
internal sealed class RefusalRule : IDataRule
{
    private const double LeastShare = 0.1;

    private readonly RowSample _chosen = new();
    private long _rejected;

    public void Look(CheckedRow row)
    {
        if (row.Turns is null) return;
        bool chosen = TextSigns.IsRefusal(row.Chosen), rejected = TextSigns.IsRefusal(row.Rejected);
        if (chosen && !rejected) _chosen.Add(row, Excerpt.Quoted(row.Chosen));
        if (rejected && !chosen) _rejected++;
    }

    public DataFinding? Finding(long rows)
    {
        bool isOften = _chosen.Count >= 3 && _chosen.Count >= LeastShare * rows && _rejected * 3 < _chosen.Count;
        return isOften
            ? _chosen.Finding("refusals-chosen", FindingSeverity.Warning, "A refusal is chosen over an answer, so that the model is taught to refuse,", rows,
                "Remove the rows in which the question deserves an answer.")
            : null;
    }
}
