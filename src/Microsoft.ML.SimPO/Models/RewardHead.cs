namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// The head of a reward model in the place of a language model's: one row, whose product with the hidden state behind the final norm says what a text is
/// worth, read at the text's last token that is no padding.
/// </summary>
/// <param name="PaddingToken">Null for none: then the last token counts, whatever it is.</param>
internal sealed record RewardHead(int? PaddingToken)
{
    /// <summary>[1, hidden], without bias.</summary>
    public const string WeightName = "score.weight";

    /// <summary>
    /// Where a text is read. Ids alone count: a text that ends with the padding token is read before it, and one of nothing else at its start.
    /// </summary>
    public int PositionIn(ReadOnlySpan<int> ids) => PaddingToken is { } padding ? Math.Max(0, ids.LastIndexOfAnyExcept(padding)) : ids.Length - 1;
}
