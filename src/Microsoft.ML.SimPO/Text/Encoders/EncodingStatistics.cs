namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What an encoder did to the pairs it was given, in numbers of pairs.</summary>
/// <param name="Encoded">Pairs that became ids.</param>
/// <param name="Templated">Of these, rendered with the chat template.</param>
/// <param name="AlreadyTemplated">Of these, left alone because the text holds the template's own turn tokens.</param>
/// <param name="CutPrompts">Pairs whose prompt was cut.</param>
/// <param name="CutAnswers">Pairs with an answer that was cut.</param>
/// <param name="Merged">Pairs with a token that spans the border of prompt and answer; it is scored with the answer.</param>
/// <param name="EqualAnswers">Pairs whose answers are the same tokens, so that they teach nothing.</param>
/// <param name="DroppedLong">Pairs left out because an answer alone does not fit.</param>
/// <param name="DroppedEmpty">Pairs left out because an answer is empty.</param>
internal sealed record EncodingStatistics(
    long Encoded, long Templated, long AlreadyTemplated, long CutPrompts, long CutAnswers, long Merged, long EqualAnswers, long DroppedLong, long DroppedEmpty)
{
    /// <summary>
    /// Pairs of which the template writes the whole conversation otherwise than prompt and answer: the prompt is as the model is served, and the example is
    /// what of it the whole lacks. Null for none.
    /// </summary>
    public RowsWithExample? RenderedOtherwise { get; init; }

    /// <summary>Pairs with a sequence of which something does not hold that has to hold of every one; see <see cref="SequenceCheck"/>. Null for none.</summary>
    public RowsWithExample? Faults { get; init; }

    public long Plain => Encoded - Templated - AlreadyTemplated;
}
