namespace Microsoft.ML.SimPO.Text;

/// <summary>Takes the white space that byte-level tokens start or end with out of their places.</summary>
/// <param name="AddPrefixSpace">Whether a text's first space was put there and stands for nothing.</param>
internal sealed record PlaceTrim(bool AddPrefixSpace)
{
    /// <param name="token">What the token was found as: in the byte alphabet, or an added token with its white space.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="isFirst">Whether it is the first token.</param>
    public (int Start, int End) Apply(string token, int start, int end, bool isFirst)
    {
        int leading = 0, trailing = 0;
        while (leading < token.Length && IsSpace(token[leading])) leading++;
        while (trailing < token.Length && IsSpace(token[token.Length - 1 - trailing])) trailing++;
        if (leading > 0)
        {
            // A single space before the first word is taken for the one that was put there; more are the text's own.
            if (leading == 1 && (isFirst || start == 0) && AddPrefixSpace) leading = 0;
            start = Math.Min(start + leading, end);
        }
        if (trailing > 0 && end >= trailing) end = Math.Max(end - trailing, start);
        return (start, end);
    }

    private static bool IsSpace(char unit) => unit == ByteAlphabet.Character((byte)' ') || UnicodeData.WhiteSpace.Contains(unit);
}
