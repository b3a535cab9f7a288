using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record RegexNode
{
    /// <summary>One code point of a set.</summary>
    public sealed record One(CodePointSet Set) : RegexNode;

    /// <summary>All parts in a row; none of them is the empty pattern.</summary>
    public sealed record Sequence(IReadOnlyList<RegexNode> Parts) : RegexNode;

    /// <summary>The first branch that lets the whole pattern match.</summary>
    public sealed record Alternation(IReadOnlyList<RegexNode> Branches) : RegexNode;

    /// <summary><paramref name="Max"/> is <see cref="int.MaxValue"/> for no bound.</summary>
    public sealed record Repeat(RegexNode Body, int Min, int Max, RegexGreed Greed) : RegexNode;

    /// <summary>A look ahead or behind, which consumes nothing.</summary>
    public sealed record Look(RegexNode Body, bool Behind, bool Negative) : RegexNode;

    /// <summary>A group whose first match is never reconsidered.</summary>
    public sealed record Atomic(RegexNode Body) : RegexNode;

    /// <summary>A place in the text.</summary>
    public sealed record Anchor(RegexAnchor Kind) : RegexNode;
}
