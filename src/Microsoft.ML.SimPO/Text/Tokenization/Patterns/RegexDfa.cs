using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// A pattern as a table: for a state and the class of the next code point, the state after it and whether a match ended before it. It finds what
/// <see cref="RegexMachine"/> finds, in one look-up a code point. Immutable.
/// </summary>
/// <param name="table">
/// A row for each state and a column for each class, the last for the end of the text. An entry is where the next state's row starts; 0, where nothing more
/// can match; the complement of these (so below 0), where a match ended.
/// </param>
/// <param name="columns">The length of a row. Row 0 is not used, row 1 is the start.</param>
/// <param name="classes">The classes.</param>
internal sealed class RegexDfa(int[] table, int columns, CodePointClasses classes)
{
    // What honest patterns read in vain is a small part of a text.
    private const long FreeWaste = 10_000, WasteForEachCharacter = 16;

    /// <summary>Appends the matches from a place on; an empty match right after another match does not count.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matches">Takes the matches.</param>
    /// <param name="at">Where to begin; afterwards how far the search came.</param>
    /// <param name="lastMatchEnd">Where the match before that ended, -1 if there is none; likewise afterwards.</param>
    /// <returns>
    /// Whether the search came to the end. It gives up where so much is read in vain that time would be the square of the length; <see cref="RegexMachine"/>
    /// remembers what failed.
    /// </returns>
    public bool FindMatches(ReadOnlySpan<char> text, PieceList matches, ref int at, ref int lastMatchEnd)
    {
        long most = FreeWaste + WasteForEachCharacter * text.Length, waste = most;
        int from = at;
        while (at <= text.Length && waste >= 0)
        {
            int end = Match(text, at, out int read);
            if (end < 0 || (end == at && end == lastMatchEnd))
            {
                waste -= read - at;
                at = CodePoints.After(text, at);
            }
            else
            {
                waste -= read - end;
                matches.Add(at, end);
                lastMatchEnd = at = end;
            }
        }
        matches.Work += at - from + (most - waste);
        return waste >= 0;
    }

    /// <returns>Where the match that starts at a place ends; -1 if there is none.</returns>
    private int Match(ReadOnlySpan<char> text, int at, out int read)
    {
        ReadOnlySpan<int> entries = table;
        ReadOnlySpan<byte> ascii = classes.Ascii;
        int row = columns, end = -1;
        while (true)
        {
            int column, length = 1;
            if ((uint)at >= (uint)text.Length) column = columns - 1;
            else
            {
                char unit = text[at];
                column = unit < (uint)ascii.Length ? ascii[unit] : classes.ClassOf(CodePoints.At(text, at, out length));
            }
            int entry = entries[row + column];
            if (entry <= 0)
            {
                if (entry < 0)
                {
                    end = at;
                    entry = ~entry;
                }
                if (entry == 0)
                {
                    read = at;
                    return end;
                }
            }
            row = entry;
            at += length;
        }
    }
}
