namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Answers that are lists or objects as a program printed them. A list of one text that is JSON too counts where others are none.</summary>
internal sealed class PrintedListRule : IDataRule
{
    private readonly RowSample _printed = new(), _all = new();

    public static bool IsPrinted(CheckedRow row) => TextSigns.IsPrinted(row.Chosen) || TextSigns.IsPrinted(row.Rejected);

    public void Look(CheckedRow row)
    {
        bool isPrinted = IsPrinted(row);
        if (!isPrinted && !TextSigns.IsListOfOneText(row.Chosen) && !TextSigns.IsListOfOneText(row.Rejected)) return;
        string example = Excerpt.Quoted(row.Chosen.AsSpan().TrimStart() is ['[' or '{', ..] ? row.Chosen : row.Rejected);
        if (isPrinted) _printed.Add(row, example);
        _all.Add(row, example);
    }

    public DataFinding? Finding(long rows) => _printed.Count == 0 ? null : _all.Finding(
        "list-repr", FindingSeverity.Error, "An answer is the printed form of a list or an object, not its text,", rows,
        "Write the text alone, or the column as JSON, as json.dumps does.");
}
