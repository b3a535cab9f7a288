using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Reads log-probabilities of a reference model that the data has ready.</summary>
internal static class ReferenceColumns
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or holds no single numbers.</exception>
    /// <exception cref="InvalidDataException">A row that is used has none.</exception>
    public static IReadOnlyList<EncodedPrompt> AddTo(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host, string chosen, string rejected)
    {
        ColumnCheck check = new(host, data.Schema);
        DataViewSchema.Column first = check.Number("reference of chosen", chosen), second = check.Number("reference of rejected", rejected);
        check.ThrowIfFaulty("inputSchema");
        var filled = new EncodedPrompt[pairs.Count];
        using DataViewRowCursor cursor = data.GetRowCursor([first, second]);
        ValueGetter<float> getFirst = cursor.GetGetter<float>(first), getSecond = cursor.GetGetter<float>(second);
        for (int i = 0; i < filled.Length && cursor.MoveNext();)
        {
            if (cursor.Position + 1 != pairs[i].Row) continue; // it was dropped
            float ofChosen = 0, ofRejected = 0;
            getFirst(ref ofChosen);
            getSecond(ref ofRejected);
            if (!float.IsFinite(ofChosen) || !float.IsFinite(ofRejected) || ofChosen > 0 || ofRejected > 0)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"Row {pairs[i].Row}: '{chosen}' is {ofChosen} and '{rejected}' is {ofRejected}, but log-probabilities are finite numbers of at most 0."));
            }
            filled[i] = pairs[i].WithReferences([ofChosen, ofRejected]);
            i++;
        }
        return filled;
    }
}
