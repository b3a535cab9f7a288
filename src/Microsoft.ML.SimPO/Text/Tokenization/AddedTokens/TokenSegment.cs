namespace Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

/// <summary>A part of a text: an added token, or (null) text for the model.</summary>
internal readonly record struct TokenSegment(int Start, int End, AddedToken? Token);
