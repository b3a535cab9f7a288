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
    public long Plain => Encoded - Templated - AlreadyTemplated;
}
