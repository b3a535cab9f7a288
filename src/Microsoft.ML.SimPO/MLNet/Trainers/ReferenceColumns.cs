using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Reads log-probabilities of a reference model that the data has ready.</summary>
internal static class ReferenceColumns
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or holds no single numbers.</exception>
    public static (DataViewSchema.Column Chosen, DataViewSchema.Column Rejected) Find(
        IHost host, DataViewSchema schema, string chosen, string rejected, string parameter = "inputSchema")
    {
        ColumnCheck check = new(host, schema);
        (DataViewSchema.Column, DataViewSchema.Column) found = (check.Number("reference of chosen", chosen), check.Number("reference of rejected", rejected));
        check.ThrowIfFaulty(parameter);
        return found;
    }

    /// <exception cref="InvalidDataException">A row that is used has none.</exception>
    public static IReadOnlyList<EncodedPrompt> AddTo(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host, string chosen, string rejected)
    {
        (DataViewSchema.Column first, DataViewSchema.Column second) = Find(host, data.Schema, chosen, rejected);
        return SecondReading.Add(pairs, data, [first, second], row =>
        {
            ValueGetter<float> getFirst = row.GetGetter<float>(first), getSecond = row.GetGetter<float>(second);
            return pair =>
            {
                float ofChosen = 0, ofRejected = 0;
                getFirst(ref ofChosen);
                getSecond(ref ofRejected);
                if (float.IsFinite(ofChosen) && float.IsFinite(ofRejected) && ofChosen <= 0 && ofRejected <= 0)
                    return pair.WithReferences([ofChosen, ofRejected]);
                throw new InvalidDataException(FormattableString.Invariant(
                    $"Row {pair.Row}: '{chosen}' is {ofChosen} and '{rejected}' is {ofRejected}, but log-probabilities are finite numbers of at most 0."));
            };
        });
    }
}
