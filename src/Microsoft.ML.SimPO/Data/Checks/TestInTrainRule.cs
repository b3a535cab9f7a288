namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Training rows whose prompts a test set has too.</summary>
internal sealed class TestInTrainRule(TestPrompts test) : IDataRule
{
    private readonly RowSample _rows = new();
    private readonly SortedSet<int> _tests = [];
    private int _exact;

    public void Look(CheckedRow row)
    {
        if (test.Find(row) is not var (number, isExact)) return;
        _rows.Add(row, FormattableString.Invariant($"`{Excerpt.Of(row.Question)}`, as in row {number} of the test data"));
        _tests.Add(number);
        if (isExact) _exact++;
    }

    public DataFinding? Finding(long rows) => _rows.Count == 0 ? null : _rows.Finding(
        "test-in-train", FindingSeverity.Error,
        FormattableString.Invariant($"Prompts of {_tests.Count} test rows ({string.Join(", ", _tests.Take(20))}) occur in the training data, ")
            + FormattableString.Invariant($"{_exact} exactly and {_rows.Count - _exact} nearly,"),
        rows, "Leave the rows out (`TestData` of the filters), or the test tells what was learnt by heart.");
}
