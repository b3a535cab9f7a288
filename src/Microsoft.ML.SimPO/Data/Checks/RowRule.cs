namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>A fault that each row has or has not.</summary>
/// <param name="name">Of the rule.</param>
/// <param name="severity">Where enough rows have it.</param>
/// <param name="what">"The rejected answer has the higher score", to be followed by "in 3 of 60 rows".</param>
/// <param name="remedy">What to do.</param>
/// <param name="find">What a row that has it looks like; null for one that has it not.</param>
internal sealed class RowRule(string name, FindingSeverity severity, string what, string remedy, Func<CheckedRow, string?> find) : IDataRule
{
    private readonly RowSample _rows = new();

    /// <summary>The share of the rows from which on it is a fault of the data, not an accident. Default 0: one row is enough.</summary>
    public double LeastShare { get; init; }

    /// <summary>The same as a number of rows. Default 1.</summary>
    public int LeastRows { get; init; } = 1;

    /// <summary>Whether fewer rows are worth an Info. Default false.</summary>
    public bool TellsFewer { get; init; }

    public void Look(CheckedRow row)
    {
        if (find(row) is { } example) _rows.Add(row, example);
    }

    public DataFinding? Finding(long rows)
    {
        if (_rows.Count == 0) return null;
        bool isFault = _rows.Count >= LeastRows && _rows.Count >= LeastShare * rows;
        if (!isFault && !TellsFewer) return null;
        return _rows.Finding(name, isFault ? severity : FindingSeverity.Info, what, rows, remedy);
    }
}
