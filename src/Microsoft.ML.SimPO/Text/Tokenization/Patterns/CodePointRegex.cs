using System.Collections.Concurrent;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// A pattern of a tokenizer.json, with Oniguruma's meaning, over code points rather than UTF-16 units, and with the Unicode tables
/// of this library rather than the host's. Thread safe.
/// </summary>
internal sealed class CodePointRegex
{
    private readonly RegexInstruction[] _code;
    private readonly bool[] _first;
    private readonly RegexDfa? _dfa;
    private readonly ConcurrentBag<RegexScratch> _scratches = [];

    /// <exception cref="NotSupportedException">The pattern uses a construct that is not supported.</exception>
    /// <exception cref="FormatException">The pattern is malformed.</exception>
    public CodePointRegex(string pattern)
    {
        RegexNode root = RegexParser.Parse(pattern);
        _code = RegexCompiler.Compile(pattern, root);
        _first = RegexDispatch.FirstCharacters(root);
        _dfa = RegexDfaBuilder.TryBuild(root);
    }

    /// <summary>Whether a table finds the matches; without one it is <see cref="RegexMachine"/>, which can do more and takes longer.</summary>
    public bool HasTable => _dfa is not null;

    /// <summary>Appends the matches, from left to right; an empty match right after another match does not count.</summary>
    public void FindMatches(ReadOnlySpan<char> text, PieceList matches)
    {
        int at = 0, lastMatchEnd = -1;
        if (_dfa is null || !_dfa.FindMatches(text, matches, ref at, ref lastMatchEnd)) FindByBacktracking(text, matches, at, lastMatchEnd);
    }

    /// <summary>The same without a table, from a place on.</summary>
    internal void FindByBacktracking(ReadOnlySpan<char> text, PieceList matches, int at = 0, int lastMatchEnd = -1)
    {
        if (!_scratches.TryTake(out RegexScratch? scratch)) scratch = new RegexScratch();
        var machine = new RegexMachine(_code, text, scratch);
        int from = at;
        while (at <= text.Length)
        {
            int row = at >= text.Length ? RegexDispatch.End : text[at] < 128 ? text[at] : RegexDispatch.NotAscii;
            int end = _first[row] ? machine.MatchAt(at) : -1;
            if (end < 0 || (end == at && end == lastMatchEnd))
            {
                at = CodePoints.After(text, at);
                continue;
            }
            matches.Add(at, end);
            lastMatchEnd = at = end;
        }
        matches.Work += at - from + machine.Work;
        _scratches.Add(scratch);
    }
}
