namespace Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

/// <summary>A token that is found in the text before the model runs.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="LeftStrip">It takes the white space before it.</param>
/// <param name="RightStrip">It takes the white space after it.</param>
/// <param name="Normalized">It is searched in normalized text, and is normalized itself for that.</param>
/// <param name="Special">It is left out when special tokens are skipped.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized, bool Special);
