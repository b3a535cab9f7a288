using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>The code points of a text. A surrogate without its partner is one of its own.</summary>
internal static class CodePoints
{
    /// <param name="text">The text.</param>
    /// <param name="at">Where the code point starts.</param>
    /// <param name="length">How many units it takes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(ReadOnlySpan<char> text, int at, out int length)
    {
        char unit = text[at];
        length = 1;
        if (!char.IsHighSurrogate(unit) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) return unit;
        length = 2;
        return char.ConvertToUtf32(unit, text[at + 1]);
    }

    /// <summary>Where the code point after the one at a place starts; behind the end, one unit further.</summary>
    public static int After(ReadOnlySpan<char> text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? at + 2 : at + 1;
}
