using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Counts the rows that were dropped by reason, and keeps the first of each as an example.</summary>
internal sealed class DropLog
{
    private SortedDictionary<DropReason, (long Count, RowLocation Location, string Message)> _drops = [];

    private SortedDictionary<string, (long Count, RowLocation Location)> _warnings = new(StringComparer.Ordinal);

    /// <summary>Rows looked at.</summary>
    public long Rows { get; private set; }

    /// <summary>What the prompts of the part that was read last were.</summary>
    public PromptOrigin Prompts { get; set; }

    public void CountRow() => Rows++;

    public void Drop(DropReason reason, RowLocation location, string message) =>
        _drops[reason] = _drops.TryGetValue(reason, out var seen) ? seen with { Count = seen.Count + 1 } : (1, location, message);

    /// <summary>Counts what is odd about a row that is kept.</summary>
    public void Warn(string what, RowLocation location) =>
        _warnings[what] = _warnings.TryGetValue(what, out var seen) ? seen with { Count = seen.Count + 1 } : (1, location);

    /// <summary>What was odd about rows that were kept: "... in 3 rows, the first at a.jsonl, line 2."</summary>
    public IReadOnlyList<string> Warnings => _warnings
        .Select(seen => (seen.Key, seen.Value.Count, Rows: seen.Value.Count == 1 ? "row" : "rows", seen.Value.Location))
        .Select(seen => FormattableString.Invariant($"{seen.Key} in {seen.Count} {seen.Rows}, the first at {seen.Location}.")).ToList();

    public long Count(DropReason reason) => _drops.TryGetValue(reason, out var seen) ? seen.Count : 0;

    public DropLog Copy() => new() { _drops = new(_drops), _warnings = new(_warnings, StringComparer.Ordinal), Rows = Rows };

    public void Restore(DropLog earlier)
    {
        _drops = new(earlier._drops);
        _warnings = new(earlier._warnings, StringComparer.Ordinal);
        Rows = earlier.Rows;
    }

    public IReadOnlyList<DroppedRows> Drops =>
        _drops.Select(drop => new DroppedRows(drop.Key, drop.Value.Count, drop.Value.Location.ToString(), drop.Value.Message)).ToList();
}
