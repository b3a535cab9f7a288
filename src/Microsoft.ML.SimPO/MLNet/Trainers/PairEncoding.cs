using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>From the rows of a data view to ids.</summary>
internal static class PairEncoding
{
    /// <summary>Of the rows of a data view.</summary>
    public static EncodedPrompts Encode(
        PreferenceEncoder encoder, IDataView data, PairColumns columns, CancellationToken cancellationToken,
        Func<PreferenceEncoder, string[], long, PromptOrigin, EncodedPrompt?>? encode = null) =>
        Encode(encoder, columns.PromptsOf(data), columns.Rows(data), cancellationToken, encode);

    /// <summary>
    /// The prompts with their answers in the order of their rows, encoded on all processors while the rows are read. Memory is that of the ids and of the few
    /// rows at hand, however large the data.
    /// </summary>
    /// <param name="prompts">Where the prompts of the rows come from.</param>
    /// <param name="rows">Each with its texts and its number.</param>
    /// <param name="encode">From a row's texts, its number and what its prompt was to ids; null for all that the row has.</param>
    /// <exception cref="InvalidDataException">A row cannot be encoded; the message names the first.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EncodedPrompts Encode(
        PreferenceEncoder encoder, PromptOrigin prompts, IEnumerable<(string[] Texts, long Row)> rows, CancellationToken cancellationToken,
        Func<PreferenceEncoder, string[], long, PromptOrigin, EncodedPrompt?>? encode = null)
    {
        return new EncodedPrompts(OrderedParallel
            .Select(rows, row => row.Texts.Sum(t => t.Length), row => One(encoder.AsRead(row.Texts, prompts), row.Row), cancellationToken)
            .OfType<EncodedPrompt>());

        EncodedPrompt? One(string[] texts, long row) => (encode ?? Whole)(encoder, texts, row, prompts);
    }

    private static EncodedPrompt? Whole(PreferenceEncoder encoder, string[] texts, long row, PromptOrigin prompts) => encoder.Encode(texts, row, prompts);
}
