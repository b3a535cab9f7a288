using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>From the rows of a data view to ids.</summary>
internal static class PairEncoding
{
    /// <summary>
    /// The pairs in the order of their rows, encoded on all processors while the rows are read. Memory is that of the ids and of the few rows
    /// at hand, however large the data.
    /// </summary>
    /// <exception cref="InvalidDataException">A row cannot be encoded; the message names the first.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EncodedPrompts Encode(PreferenceEncoder encoder, IDataView data, PairColumns columns, CancellationToken cancellationToken) =>
        new(OrderedParallel
            .Select(
                columns.Rows(data), row => row.Prompt.Length + row.Chosen.Length + row.Rejected.Length,
                row => encoder.Encode(row.Prompt, row.Chosen, row.Rejected, row.Row), cancellationToken)
            .OfType<EncodedPrompt>());
}
