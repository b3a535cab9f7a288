using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Rows that show a fault: how many, the first of them, and what the first looks like.</summary>
internal sealed class RowSample
{
    private const int Kept = 20;

    private readonly List<long> _rows = [];
    private RowLocation _first;
    private string _example = "";

    public long Count { get; private set; }

    public void Add(long index, RowLocation location, string example)
    {
        if (Count++ == 0) (_first, _example) = (location, example);
        if (_rows.Count < Kept) _rows.Add(index);
    }

    public void Add(CheckedRow row, string example) => Add(row.Index, row.Location, example);

    /// <summary>"... in 18 of 60 rows, the first at a.jsonl, line 3: 2.6 against 6.4."</summary>
    public DataFinding Finding(string rule, FindingSeverity severity, string what, long rows, string remedy)
    {
        string example = _example.Length == 0 ? "" : $": {_example}";
        string of = rows == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{rows} rows");
        string message = string.Create(CultureInfo.InvariantCulture, $"{what} in {Count} of {of}, the first at {_first}{example}.");
        return new DataFinding(rule, severity, Count, [.. _rows], message, remedy);
    }
}
