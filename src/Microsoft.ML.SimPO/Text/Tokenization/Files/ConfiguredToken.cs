namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>A token as a configuration names it: its text alone, or with what is said of it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Only where no word character touches it.</param>
/// <param name="LeftStrip">It takes the white space before it.</param>
/// <param name="RightStrip">It takes the white space after it.</param>
/// <param name="Normalized">Whether it is searched in normalized text; null where nothing is said.</param>
/// <param name="Special">Whether it is said to be special.</param>
internal sealed record ConfiguredToken(
    string Content, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false, bool? Normalized = null, bool Special = false)
{
    public static ConfiguredToken Read(JsonSection token) => token.IsObject ? ReadObject(token) : new ConfiguredToken(token.Text());

    public static ConfiguredToken ReadObject(JsonSection token) => new(
        token.Required("content").Text(), token.Flag("single_word", false), token.Flag("lstrip", false), token.Flag("rstrip", false),
        token.Optional("normalized")?.Flag(), token.Flag("special", false));
}
