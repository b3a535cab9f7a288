using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text;

/// <summary>What of a text anybody sees.</summary>
internal static class VisibleText
{
    /// <summary>Whether there is nothing to see: white space, control characters, joiners and spaces of zero width, fillers.</summary>
    public static bool IsBlank(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
            if (IsVisible(rune)) return false;
        return true;
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Control
        or UnicodeCategory.Format) && rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164);
}
