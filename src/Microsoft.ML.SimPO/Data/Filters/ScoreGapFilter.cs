using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>The chosen answer's score must lead by so much; pairs without scores pass.</summary>
internal sealed class ScoreGapFilter(float minimum) : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        if (row is not { ScoreChosen: { } chosen, ScoreRejected: { } rejected } || chosen - rejected >= minimum) return null;
        return new RowFault(
            DropReason.ScoreGap, FormattableString.Invariant($"The score of `chosen` must lead by at least {minimum}, but is {chosen} against {rejected}."));
    }
}
