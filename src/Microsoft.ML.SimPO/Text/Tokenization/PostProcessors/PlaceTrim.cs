using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

/// <summary>Takes the white space that byte-level tokens start or end with out of their places.</summary>
/// <param name="AddPrefixSpace">Whether a text's first space was put there and stands for nothing.</param>
internal sealed record PlaceTrim(bool AddPrefixSpace)
{
    /// <param name="text">The original text.</param>
    /// <param name="token">What the token was found as: in the byte alphabet, or an added token with its white space.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="isFirst">Whether it is the first token.</param>
    public (int Start, int End) Apply(ReadOnlySpan<char> text, string token, int start, int end, bool isFirst)
    {
        int leading = 0, trailing = 0;
        while (leading < token.Length && IsSpace(token[leading])) leading++;
        while (trailing < token.Length && IsSpace(token[token.Length - 1 - trailing])) trailing++;
        // A single space before the first word is taken for the one that was put there; more are the text's own.
        if (leading == 1 && (isFirst || start == 0) && AddPrefixSpace) leading = 0;
        start = Math.Min(Forward(text, start, leading), end);
        int trimmed = Back(text, end, trailing);
        return (start, trimmed < 0 ? end : Math.Max(trimmed, start));
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Character((byte)' ') || UnicodeData.WhiteSpace.Contains(unit);

    /// <summary>So many code points further.</summary>
    private static int Forward(ReadOnlySpan<char> text, int at, int codePoints)
    {
        for (; codePoints > 0 && at < text.Length; codePoints--) at = CodePoints.After(text, at);
        return at;
    }

    /// <summary>So many code points before; -1 where there are not so many.</summary>
    private static int Back(ReadOnlySpan<char> text, int at, int codePoints)
    {
        for (; codePoints > 0 && at > 0; codePoints--) at -= at > 1 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? 2 : 1;
        return codePoints > 0 ? -1 : at;
    }
}
