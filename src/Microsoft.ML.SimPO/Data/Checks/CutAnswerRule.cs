namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Answers that break off, many of them at one and the same length: something cut them before they came here.</summary>
internal sealed class CutAnswerRule : IDataRule
{
    private const double LeastShare = 0.2;
    private const int LeastAnswers = 8;
    private const int LeastLength = 40;

    private readonly Dictionary<int, (RowSample Rows, int Answers, int Broken)> _lengths = [];
    private long _answers;

    public void Look(CheckedRow row)
    {
        if (row.Turns is null) return;
        int last = -1;
        foreach (string answer in new[] { row.Chosen, row.Rejected })
        {
            _answers++;
            if (answer.Length < LeastLength) continue;
            if (!_lengths.TryGetValue(answer.Length, out (RowSample Rows, int Answers, int Broken) seen)) seen = (new RowSample(), 0, 0);
            bool breaksOff = TextSigns.BreaksOff(answer);
            _lengths[answer.Length] = (seen.Rows, seen.Answers + 1, seen.Broken + (breaksOff ? 1 : 0));
            if (answer.Length != last) seen.Rows.Add(row, $"`...{Excerpt.Of(answer[^Math.Min(answer.Length, 30)..])}`");
            last = answer.Length;
        }
    }

    public DataFinding? Finding(long rows)
    {
        if (_lengths.Count == 0) return null;
        (int length, (RowSample sample, int answers, int broken)) = _lengths.MaxBy(seen => seen.Value.Broken);
        bool isCut = answers >= LeastAnswers && answers >= LeastShare * _answers && broken * 2 >= answers;
        return isCut
            ? sample.Finding("cut-mid-word", FindingSeverity.Warning,
                FormattableString.Invariant($"An answer ends at {length} characters, {broken} of {answers} such in the middle of a sentence: ")
                    + "they were cut in the source,",
                rows, "Make the data again with whole answers: the model learns to break off.")
            : null;
    }
}
