namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Rows that do not fit the length: their prompts are cut, or an answer alone is too long and they are left out.</summary>
internal sealed class CutRule(int maxLength) : IDataRule
{
    private const double Most = 0.5;

    private readonly RowSample _rows = new();
    private long _read, _dropped;

    public void Look(CheckedRow row)
    {
        if (row.Encoded is not { } detail) return;
        _read++;
        if (detail.Pair is { HasCutPrompt: false, HasCutAnswer: false }) return;
        if (detail.Pair is null) _dropped++;
        int longest = Math.Max(detail.Chosen.Ids.Length, detail.Rejected.Ids.Length);
        _rows.Add(row, FormattableString.Invariant($"{longest} tokens, {detail.Chosen.PromptLength} of them the prompt's"));
    }

    public DataFinding? Finding(long rows) => _rows.Count == 0 ? null : _rows.Finding(
        "all-cut", _rows.Count >= Most * _read ? FindingSeverity.Warning : FindingSeverity.Info,
        FormattableString.Invariant($"A length of {maxLength} tokens cuts a row (of {_dropped} an answer alone is longer: a trainer that cuts answers ")
            + FormattableString.Invariant($"keeps no end of them, this one leaves them out; of {_rows.Count - _dropped} the prompt loses its beginning)"),
        rows, "Set `MaxLength` higher.");
}
