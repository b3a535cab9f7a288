namespace Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

/// <summary>What is done with the tokens of a text: special tokens around it, and white space taken out of places.</summary>
/// <param name="Before">Tokens before the text.</param>
/// <param name="After">Tokens after the text.</param>
/// <param name="Trims">In this order, how places are trimmed.</param>
internal sealed record PostProcessor(IReadOnlyList<SpecialToken> Before, IReadOnlyList<SpecialToken> After, IReadOnlyList<PlaceTrim> Trims)
{
    public static PostProcessor None { get; } = new([], [], []);
}
