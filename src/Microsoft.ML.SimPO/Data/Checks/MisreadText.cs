namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>
/// Finds UTF-8 that was read in a code page of one byte: runs of characters beyond ASCII that are whole UTF-8 sequences in Windows-1252, and what stands for
/// bytes that the code page has not.
/// </summary>
internal static class MisreadText
{
    /// <summary>Stands where a reader found no character.</summary>
    private const char Lost = '\uFFFD';

    /// <summary>What Windows-1252 has at 0x80 to 0x9F; 0 for nothing, where Latin-1's control characters stand.</summary>
    private const string Upper = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

    /// <summary>A run of a text that is misread, of one or more characters; null for none.</summary>
    public static string? Find(string text)
    {
        if (text.Contains(Lost)) return Lost.ToString();
        for (int at = text.AsSpan().IndexOfAnyInRange('\u00C2', '\u00F4'); at >= 0 && at < text.Length;)
        {
            int length = SequenceAt(text, at);
            if (length > 0) return text.Substring(at, length);
            int next = text.AsSpan(at + 1).IndexOfAnyInRange('\u00C2', '\u00F4');
            at = next < 0 ? -1 : at + 1 + next;
        }
        return null;
    }

    /// <summary>The characters that are one UTF-8 sequence of two to four bytes from a place on; 0 for none.</summary>
    private static int SequenceAt(string text, int at)
    {
        int lead = text[at], length = lead switch
        {
            >= 0xC2 and <= 0xDF => 2,
            >= 0xE0 and <= 0xEF => 3,
            >= 0xF0 and <= 0xF4 => 4,
            _ => 0,
        };
        if (length == 0 || at + length > text.Length) return 0;
        for (int i = 1; i < length; i++)
            if (Byte(text[at + i]) is not (>= 0x80 and <= 0xBF)) return 0;
        // Two characters may stand beside each other by right, as in `IRMÃ»`; what was misread has a letter's second half there.
        return length == 2 && text[at + 1] is '«' or '»' or '\u00A0' && lead is not (0xC2 or 0xC3) ? 0 : length;
    }

    private static int Byte(char c) => c <= 0xFF ? c : Upper.IndexOf(c) is >= 0 and var index ? 0x80 + index : -1;
}
