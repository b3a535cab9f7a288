namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A preference pair in ids: two sequences of prompt and answer, which share most or all of the prompt.</summary>
/// <param name="chosenIds">Prompt and preferred answer.</param>
/// <param name="chosenPromptLength">Tokens of <paramref name="chosenIds"/> that are not scored, from 1.</param>
/// <param name="rejectedIds">Prompt and other answer.</param>
/// <param name="rejectedPromptLength">Tokens of <paramref name="rejectedIds"/> that are not scored, from 1.</param>
internal sealed class EncodedPair(TokenIds chosenIds, int chosenPromptLength, TokenIds rejectedIds, int rejectedPromptLength)
{
    /// <summary>The row of the data that it comes from, counted from 1, for messages; 0 where that is not known.</summary>
    public long Row { get; set; }

    public TokenIds ChosenIds => chosenIds;

    public int ChosenPromptLength => chosenPromptLength;

    public TokenIds RejectedIds => rejectedIds;

    public int RejectedPromptLength => rejectedPromptLength;

    /// <summary>Scored tokens of the preferred answer, its end token included.</summary>
    public int ChosenAnswerLength => chosenIds.Length - chosenPromptLength;

    /// <summary>Scored tokens of the other answer, its end token included.</summary>
    public int RejectedAnswerLength => rejectedIds.Length - rejectedPromptLength;

    /// <summary>
    /// Leading tokens that both sequences have and neither scores. Less than a prompt where the border to an answer merged a token: the rest of that
    /// side's prompt is its own unscored head.
    /// </summary>
    public int SharedPrefixLength { get; } =
        chosenIds.Span[..Math.Min(chosenPromptLength, rejectedPromptLength)].CommonPrefixLength(rejectedIds.Span[..Math.Min(chosenPromptLength, rejectedPromptLength)]);

    /// <summary>Tokens when the shared ones are laid out once.</summary>
    public int PackedLength => chosenIds.Length + rejectedIds.Length - SharedPrefixLength;
}
