using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Looks at pairs one by one, in their order.</summary>
internal interface IRowFilter
{
    /// <summary>Why the pair is to be dropped, or null. <paramref name="turns"/> are those of its prompt.</summary>
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns);
}
