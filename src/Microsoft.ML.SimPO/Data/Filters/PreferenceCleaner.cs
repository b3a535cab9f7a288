using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Runs the checks and filters over pairs, streamed.</summary>
internal static class PreferenceCleaner
{
    /// <summary>
    /// The pairs that pass, in their order. <paramref name="rows"/> is enumerated once, or twice where classes of difficulty are balanced;
    /// what fails is counted in <paramref name="log"/>. Without options only what cannot be measured is left out.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IEnumerable<LocatedRow> Clean(IEnumerable<LocatedRow> rows, PreferenceFilterOptions? options, DropLog log, PairMeasure? measure = null)
    {
        options?.Validate();
        measure ??= PairMeasure.Characters;
        if (options is null) return measure.MayRefuse ? EachPasses(rows, [new EncodableFilter(measure)], log) : rows;
        return options.Balances ? Balanced(rows, options, log, measure) : Filtered(rows, options, log, measure);
    }

    private static IEnumerable<LocatedRow> Filtered(IEnumerable<LocatedRow> rows, PreferenceFilterOptions options, DropLog log, PairMeasure measure)
    {
        IEnumerable<LocatedRow> filtered = EachPasses(rows, Filters(options, measure), log);
        return options.NearDuplicateSimilarity is { } similarity ? NearDuplicates.Drop(filtered, similarity, log) : filtered;
    }

    private static List<IRowFilter> Filters(PreferenceFilterOptions options, PairMeasure measure)
    {
        var filters = new List<IRowFilter>();
        if (options.CheckTurnOrder) filters.Add(new TurnOrderFilter());
        if (options.DropEqualAnswers) filters.Add(new EqualAnswersFilter());
        if (options.DropDamagedText) filters.Add(new DamagedTextFilter());
        if (options.Script is { } script) filters.Add(new ScriptFilter(script));
        if (options.MinimumScoreGap is { } gap) filters.Add(new ScoreGapFilter(gap));
        if (measure.MayRefuse) filters.Add(new EncodableFilter(measure));
        if (LengthFilter.Needed(options)) filters.Add(new LengthFilter(options, measure));
        if (options.DropDuplicatePairs || options.DropConflicts || options.MaxPairsPerPrompt is not null) filters.Add(new DuplicateFilter(options));
        if (options.TestData.Count > 0) filters.Add(new ContaminationFilter(options.TestData.SelectMany(PreferenceReader.TestRows)));
        return filters;
    }

    private static IEnumerable<LocatedRow> EachPasses(IEnumerable<LocatedRow> rows, List<IRowFilter> filters, DropLog log)
    {
        foreach (LocatedRow located in rows)
        {
            RowFault? fault = null;
            IReadOnlyList<Message> turns = ConversationText.Parse(located.Row.Prompt).Messages;
            foreach (IRowFilter filter in filters)
            {
                fault = filter.Check(located.Row, turns);
                if (fault is not null) break;
            }
            if (fault is null) yield return located;
            else log.Drop(fault.Reason, located.Location, fault.Message);
        }
    }

    private static IEnumerable<LocatedRow> Balanced(IEnumerable<LocatedRow> rows, PreferenceFilterOptions options, DropLog log, PairMeasure measure)
    {
        var balance = new DifficultyBalance(options);
        DropLog before = log.Copy();
        foreach (LocatedRow located in Filtered(rows, options, log, measure)) balance.Add(located.Row, measure.Lengths(located.Row));
        string?[] dropped = balance.Choose();
        // The second pass counts again, in the reader too where it writes to the same log.
        log.Restore(before);
        int at = 0;
        foreach (LocatedRow located in Filtered(rows, options, log, measure))
        {
            if (dropped[at++] is not { } why) yield return located;
            else log.Drop(DropReason.Balance, located.Location, why);
        }
    }
}
