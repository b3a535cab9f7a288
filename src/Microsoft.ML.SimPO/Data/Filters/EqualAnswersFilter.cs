using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Two equal answers prefer nothing.</summary>
internal sealed class EqualAnswersFilter : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns) =>
        row.Chosen == row.Rejected ? new RowFault(DropReason.ChosenEqualsRejected, $"Both answers are `{Excerpt.Of(row.Chosen)}`.") : null;
}
