namespace Microsoft.ML.SimPO;

/// <summary>The tokens of a text and where they come from.</summary>
/// <param name="Ids">Token ids, special tokens included where asked for.</param>
/// <param name="Tokens">Their texts, as the vocabulary writes them.</param>
/// <param name="Offsets">
/// For each the range of the original text that it stands for, in UTF-16 units (the indexes of a <see cref="string"/>), end exclusive.
/// Tokens that were put around the text have (0, 0); the tokens of a character that was cut in bytes all have the whole character.
/// </param>
public sealed record HfEncoding(IReadOnlyList<int> Ids, IReadOnlyList<string> Tokens, IReadOnlyList<(int Start, int End)> Offsets);
