namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A pair on its way to ids: texts, both sides uncut, and what of them fits.</summary>
/// <param name="Texts">As they are tokenized.</param>
/// <param name="Chosen">Prompt and preferred answer, uncut.</param>
/// <param name="Rejected">Prompt and other answer, uncut.</param>
/// <param name="Pair">What fits the length; null where an answer alone does not.</param>
internal sealed record EncodingDetail(PairTexts Texts, EncodedSide Chosen, EncodedSide Rejected, EncodedPrompt? Pair)
{
    /// <summary>What does not hold of a sequence that has to hold of every one; null for nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether a token spans the border of prompt and answer.</summary>
    public bool IsMerged => Chosen.IsMerged || Rejected.IsMerged;
}
