using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Limits on lengths and on the ratio of the answers' lengths.</summary>
internal sealed class LengthFilter(PreferenceFilterOptions options, PairMeasure measure) : IRowFilter
{
    public static bool Needed(PreferenceFilterOptions options) =>
        options.MaxLengthRatio is not null || options.MaxPromptLength is not null || options.MaxAnswerLength is not null || options.MaxLength is not null;

    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        PairLengths lengths = measure.Lengths(row);
        int longer = Math.Max(lengths.Chosen, lengths.Rejected), shorter = Math.Min(lengths.Chosen, lengths.Rejected);
        if (options.MaxLengthRatio is { } ratio && longer > ratio * Math.Max(1, shorter))
        {
            return new RowFault(DropReason.LengthRatio, FormattableString.Invariant(
                $"The longer answer must have at most {ratio} times the {measure.Unit} of the shorter, but has {longer} against {shorter}."));
        }
        return TooLong("The prompt", options.MaxPromptLength, lengths.Prompt)
            ?? TooLong("An answer", options.MaxAnswerLength, longer)
            ?? TooLong("The prompt with its longer answer", options.MaxLength, lengths.Longest);
    }

    private RowFault? TooLong(string what, int? limit, int length) =>
        length > limit
            ? new RowFault(DropReason.TooLong, FormattableString.Invariant($"{what} must have at most {limit} {measure.Unit}, but has {length}.")) : null;
}
