namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>An answer in ids, behind its prompt.</summary>
/// <param name="Ids">Prompt and answer.</param>
/// <param name="PromptLength">Tokens of <paramref name="Ids"/> that are the prompt's, from 1.</param>
internal readonly record struct EncodedAnswer(TokenIds Ids, int PromptLength)
{
    /// <summary>Tokens of the answer, its end token included.</summary>
    public int Length => Ids.Length - PromptLength;

    /// <summary>What the data say of the answer: above 0 for one that is chosen, 0 or less for one that is rejected; not a number for one that is neither.</summary>
    public double Rating { get; init; }

    /// <summary>What the reference model gives to its tokens, in nats; not a number where that is not known.</summary>
    public double Reference { get; init; } = double.NaN;
}
