namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Splits at the occurrences of a pattern.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : SplitStep(behavior, invert)
{
    /// <summary>The pattern of GPT-2, which the ByteLevel pre-tokenizer uses.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    protected override void Find(ReadOnlySpan<char> piece, PieceList found) => pattern.FindMatches(piece, found);
}
