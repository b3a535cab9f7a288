namespace Microsoft.ML.SimPO.Data;

/// <summary>Counts the rows that were dropped by reason, and keeps the first of each as an example.</summary>
internal sealed class DropLog
{
    private SortedDictionary<DropReason, (long Count, RowLocation Location, string Message)> _drops = [];

    /// <summary>Rows looked at.</summary>
    public long Rows { get; private set; }

    public void CountRow() => Rows++;

    public void Drop(DropReason reason, RowLocation location, string message) =>
        _drops[reason] = _drops.TryGetValue(reason, out var seen) ? seen with { Count = seen.Count + 1 } : (1, location, message);

    public long Count(DropReason reason) => _drops.TryGetValue(reason, out var seen) ? seen.Count : 0;

    public DropLog Copy() => new() { _drops = new(_drops), Rows = Rows };

    public void Restore(DropLog earlier)
    {
        _drops = new(earlier._drops);
        Rows = earlier.Rows;
    }

    public IReadOnlyList<DroppedRows> Drops =>
        _drops.Select(drop => new DroppedRows(drop.Key, drop.Value.Count, drop.Value.Location.ToString(), drop.Value.Message)).ToList();
}
