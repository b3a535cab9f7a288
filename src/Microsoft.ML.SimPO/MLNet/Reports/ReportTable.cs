namespace Microsoft.ML.SimPO;

/// <summary>A table of a report: texts and numbers, in whatever form it is shown.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Heads, IReadOnlyList<object?[]> Rows)
{
    /// <summary>What a report says, from what matters most on; of several runs a column or a row for each.</summary>
    public static IEnumerable<ReportTable> All(IReadOnlyList<ReportContent> runs) =>
    [
        Findings(runs), Figures(runs), Validations(runs), Answers(runs), WorstPairs(runs), Recipe(runs),
        Named("Options", runs, r => r.Options.Select(o => (o.Name, (object?)o.Value)), onlyDifferent: runs.Count > 1),
        Named("Data", runs, r => r.Data.Select(d => ($"{d.Of}: {d.What}", (object?)d.Count))),
        Named("Manifest", runs, r => r.Manifest.Select(m => (m.Name, (object?)m.Value))),
    ];

    public static string Text(object? cell) => cell switch
    {
        null => "",
        double number => ReportContent.Text(number),
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    private static ReportTable Findings(IReadOnlyList<ReportContent> runs) => new(
        "Findings", [.. Run(runs), "severity", "rule", "step", "value", "limit", "what", "cause", "remedy"],
        [
            .. runs.SelectMany(r => r.Check.Findings.Select(f => (object?[])
            [
                .. Run(runs, r), DataCheck.Name(f.Severity), f.Rule, f.Step, ReportContent.Rounded(f.Value),
                f.Limit is { } limit ? ReportContent.Rounded(limit) : null, f.Message, f.Cause, f.Remedy,
            ])),
            .. runs.SelectMany(r => r.Check.Notes.Select(n => (object?[])[.. Run(runs, r), "note", null, null, null, null, n, null, null])),
        ]);

    private static ReportTable Figures(IReadOnlyList<ReportContent> runs) =>
        Named("Figures", runs, r => r.Figures.Select(f => (f.Name, (object?)f.Value)));

    private static ReportTable Validations(IReadOnlyList<ReportContent> runs) => new(
        "Held-out pairs, before and after",
        [.. Run(runs), "step", "loss", "accuracy", "95 % from", "to", "mean margin", "chosen log-probability"],
        [.. runs.SelectMany(r => Ends(r.Validations).Select(v => (object?[])[.. Run(runs, r), v.Step, v.Loss, v.Accuracy, v.From, v.To, v.Margin, v.Chosen]))]);

    private static ReportTable Answers(IReadOnlyList<ReportContent> runs) => new(
        "Answers, before and after", [.. Run(runs), "prompt", "before", "after"],
        [.. runs.SelectMany(r => r.Answers.Select(a => (object?[])[.. Run(runs, r), a.Prompt, a.Before, a.After]))]);

    private static ReportTable WorstPairs(IReadOnlyList<ReportContent> runs) => new(
        "Held-out pairs with the lowest margins", [.. Run(runs), "margin", "prompt", "chosen", "rejected"],
        [.. runs.SelectMany(r => r.WorstPairs.Select(
            p => (object?[])[.. Run(runs, r), ReportContent.Rounded(p.Margin), p.Prompt, p.Chosen, p.Rejected]))]);

    private static ReportTable Recipe(IReadOnlyList<ReportContent> runs) => new(
        "Recipe", [.. Run(runs), "setting", "value", "from", "note"],
        [.. runs.SelectMany(r => r.Recipe.Select(s => (object?[])[.. Run(runs, r), s.Key, s.Value, s.Origin, s.Note]))]);

    private static IEnumerable<T> Ends<T>(IReadOnlyList<T> all) => all.Count > 1 ? [all[0], all[^1]] : all;

    /// <summary>A row for each name, a column for each run.</summary>
    private static ReportTable Named(
        string title, IReadOnlyList<ReportContent> runs, Func<ReportContent, IEnumerable<(string Name, object? Value)>> of, bool onlyDifferent = false)
    {
        Dictionary<string, object?>[] values = [.. runs.Select(r => of(r).ToDictionary(v => v.Name, v => v.Value))];
        IEnumerable<object?[]> rows =
            values.SelectMany(v => v.Keys).Distinct().Select(name => (object?[])[name, .. values.Select(v => v.GetValueOrDefault(name))]);
        if (onlyDifferent) rows = rows.Where(row => row.Skip(1).Distinct().Count() > 1);
        return new ReportTable(onlyDifferent ? $"{title} that differ" : title, ["", .. runs.Select(r => r.Name)], [.. rows]);
    }

    private static string[] Run(IReadOnlyList<ReportContent> runs) => runs.Count > 1 ? ["run"] : [];

    private static string[] Run(IReadOnlyList<ReportContent> runs, ReportContent run) => runs.Count > 1 ? [run.Name] : [];
}
