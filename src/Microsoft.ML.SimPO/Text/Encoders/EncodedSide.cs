namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>One side of a pair in ids.</summary>
/// <param name="Ids">Prompt and answer.</param>
/// <param name="PromptLength">How many are the prompt's.</param>
/// <param name="Prefix">How many of these the tokenizer or template puts first, such as BOS.</param>
/// <param name="IsMerged">Whether a token spans the border.</param>
internal sealed record EncodedSide(int[] Ids, int PromptLength, int Prefix, bool IsMerged)
{
    public int AnswerLength => Ids.Length - PromptLength;
}
