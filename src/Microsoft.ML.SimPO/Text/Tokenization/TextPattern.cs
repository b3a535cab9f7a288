using Microsoft.ML.SimPO.Text.Tokenization.Patterns;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>What a Split or Replace searches: a literal text or a pattern.</summary>
internal sealed class TextPattern
{
    private readonly string? _literal;
    private readonly CodePointRegex? _regex;

    public TextPattern(string literal) => _literal = literal;

    public TextPattern(CodePointRegex regex) => _regex = regex;

    /// <summary>Appends the occurrences, from left to right. An empty literal occurs nowhere.</summary>
    public void FindMatches(ReadOnlySpan<char> text, PieceList matches)
    {
        if (_literal is null) _regex!.FindMatches(text, matches);
        else if (_literal.Length > 0) FindLiteral(text, _literal, matches);
    }

    private static void FindLiteral(ReadOnlySpan<char> text, string literal, PieceList matches)
    {
        for (int at = 0; text[at..].IndexOf(literal, StringComparison.Ordinal) is int skipped and >= 0;)
        {
            matches.Add(at + skipped, at + skipped + literal.Length);
            at += skipped + literal.Length;
        }
    }
}
