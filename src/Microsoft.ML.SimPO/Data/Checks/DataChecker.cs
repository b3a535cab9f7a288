namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>Looks at all rows of a data set with all rules.</summary>
/// <param name="model">How its rows are read by a model; null for none.</param>
/// <param name="test">The prompts of a test set; null for none.</param>
/// <param name="maxLength">Tokens of prompt and answer together.</param>
internal sealed class DataChecker(CheckedModel? model, TestPrompts? test, int maxLength)
{
    /// <param name="reader">Reads the rows.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InvalidDataException">The data are damaged, or hold no rows.</exception>
    public DataCheck Check(CheckedRowReader reader, CancellationToken cancellationToken)
    {
        List<IDataRule> rules = Rules();
        foreach (CheckedRow row in OrderedParallel.Select(reader.Read(), Size, Examine, cancellationToken))
            foreach (IDataRule rule in rules) rule.Look(row);
        if (reader.Unknown is { } unknown) return new DataCheck(reader.Rows, [unknown]);
        DataFinding[] findings = [.. rules.Select(rule => rule.Finding(reader.Rows)).OfType<DataFinding>().OrderByDescending(finding => finding.Severity)];
        return new DataCheck(reader.Rows, findings);
    }

    private List<IDataRule> Rules()
    {
        var repeats = new PairRepeats();
        List<IDataRule> rules =
        [
            .. RowRules.All(), new MissingScoreRule(), repeats, repeats.Contradictions, new DominatingPromptRule(), new LengthRule(), new CutAnswerRule(),
            .. ModelRules.All(model, maxLength),
        ];
        if (test is not null) rules.Add(new TestInTrainRule(test));
        return rules;
    }

    private CheckedRow Examine(CheckedRow row)
    {
        model?.Read(row);
        return row;
    }

    private static long Size(CheckedRow row) => row.Chosen.Length + row.Rejected.Length + (row.Pair?.Prompt.Length ?? 0) + 1;
}
