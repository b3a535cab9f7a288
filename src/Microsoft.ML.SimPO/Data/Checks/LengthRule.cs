namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Pairs in which length alone tells the answers apart.</summary>
internal sealed class LengthRule : IDataRule
{
    private const double LeastShare = 0.8; // of healthy data it is 0.4 to 0.65
    private const int LeastRows = 30;

    private readonly RowSample _longer = new(), _shorter = new();

    public void Look(CheckedRow row)
    {
        if (row.Turns is null || row.Chosen.Length == row.Rejected.Length) return;
        RowSample side = row.Chosen.Length > row.Rejected.Length ? _longer : _shorter;
        side.Add(row, side.Count == 0 ? FormattableString.Invariant($"{row.Chosen.Length} characters against {row.Rejected.Length}") : "");
    }

    public DataFinding? Finding(long rows)
    {
        (RowSample most, string which) = _longer.Count >= _shorter.Count ? (_longer, "longer") : (_shorter, "shorter");
        bool separates = most.Count >= LeastRows && most.Count >= LeastShare * (_longer.Count + _shorter.Count);
        return separates
            ? most.Finding("length-separates", FindingSeverity.Warning, $"The chosen answer is the {which} one, so that length alone tells them apart,", rows,
                "Balance the lengths, or the model learns nothing but to be " + (which == "longer" ? "long." : "short."))
            : null;
    }
}
