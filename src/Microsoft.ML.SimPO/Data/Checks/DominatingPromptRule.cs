namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>One prompt that stands in a large part of the rows.</summary>
internal sealed class DominatingPromptRule : IDataRule
{
    private const double LeastShare = 0.2;
    private const int LeastRows = 8;

    private readonly Dictionary<UInt128, (long Index, RowLocation Location)> _once = [];
    private readonly Dictionary<UInt128, RowSample> _often = [];

    public void Look(CheckedRow row)
    {
        if (row.Pair is null) return;
        if (_once.TryAdd(row.PromptKey, (row.Index, row.Location))) return;
        if (!_often.TryGetValue(row.PromptKey, out RowSample? rows))
        {
            _often.Add(row.PromptKey, rows = new RowSample());
            (long index, RowLocation location) = _once[row.PromptKey];
            rows.Add(index, location, Excerpt.Quoted(row.Question));
        }
        rows.Add(row, "");
    }

    public DataFinding? Finding(long rows)
    {
        RowSample? most = _often.Values.MaxBy(prompt => prompt.Count);
        return most is null || most.Count < LeastRows || most.Count < LeastShare * rows
            ? null
            : most.Finding("one-prompt-dominates", FindingSeverity.Warning, "One prompt stands", rows,
                "Keep a few of its pairs (`MaxPairsPerPrompt`): the model learns that prompt by heart.");
    }
}
