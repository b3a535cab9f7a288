namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Scores that are no numbers, in data that have some.</summary>
internal sealed class MissingScoreRule : IDataRule
{
    private readonly RowSample _none = new();
    private bool _hasAny;

    public void Look(CheckedRow row)
    {
        _hasAny = _hasAny || ScoreColumn.HasAny(row);
        if (ScoreColumn.None(row) is { } none) _none.Add(row, none);
    }

    /// <summary>A column in which nobody wrote a score is no column of scores.</summary>
    public DataFinding? Finding(long rows) => _none.Count == 0 || !_hasAny ? null : _none.Finding(
        "scores-nan", FindingSeverity.Warning, "A score is no number, so that its margin cannot be computed,", rows,
        "Score the rows again, or remove them before anything is weighted or filtered by scores.");
}
