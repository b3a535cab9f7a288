using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Rows that are copies of others, and rows that say the opposite of others. It remembers 24 bytes of each pair.</summary>
internal sealed class PairRepeats : IDataRule
{
    private const double ManyCopies = 0.05;

    private readonly Dictionary<UInt128, (long Index, RowLocation Location)> _pairs = [];
    private readonly RowSample _copies = new();
    private readonly SortedDictionary<long, (RowLocation Location, string Example)> _contradicting = [];

    /// <summary>The other of the two findings.</summary>
    public IDataRule Contradictions => new Part(this);

    public void Look(CheckedRow row)
    {
        if (row.Pair is null) return;
        UInt128 prompt = row.PromptKey, chosen = TextKey.OfPrompt(row.Pair.Chosen), rejected = TextKey.OfPrompt(row.Pair.Rejected);
        if (chosen == rejected) return;
        if (!_pairs.TryAdd(TextKey.Join(prompt, chosen, rejected), (row.Index, row.Location))) _copies.Add(row, Excerpt.Quoted(row.Question));
        if (!_pairs.TryGetValue(TextKey.Join(prompt, rejected, chosen), out (long Index, RowLocation Location) other)) return;
        string example = $"`{Excerpt.Of(row.Chosen)}` against `{Excerpt.Of(row.Rejected)}`";
        _contradicting[row.Index] = (row.Location, example);
        _contradicting.TryAdd(other.Index, (other.Location, example));
    }

    public DataFinding? Finding(long rows) => _copies.Count == 0 ? null : _copies.Finding(
        "rows-repeated", _copies.Count > 1 && _copies.Count >= ManyCopies * rows ? FindingSeverity.Warning : FindingSeverity.Info,
        "A row is a copy of an earlier one", rows, "Remove the copies (`DropDuplicatePairs`): they count several times in every epoch.");

    private DataFinding? Contradiction(long rows)
    {
        if (_contradicting.Count == 0) return null;
        var sample = new RowSample();
        foreach ((long index, (RowLocation location, string example)) in _contradicting) sample.Add(index, location, example);
        return sample.Finding("labels-contradict", FindingSeverity.Error, "The same two answers to the same prompt are ranked both ways", rows,
            "Keep the label that is right, or neither (`DropConflicts` keeps the first).");
    }

    private sealed class Part(PairRepeats whole) : IDataRule
    {
        public void Look(CheckedRow row)
        {
            // The whole looks.
        }

        public DataFinding? Finding(long rows) => whole.Contradiction(rows);
    }
}
