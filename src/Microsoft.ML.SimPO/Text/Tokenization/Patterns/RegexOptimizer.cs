using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// Makes loops possessive where giving back could never help: what follows cannot start with what the loop takes, or nothing
/// follows at all. Matches stay the same; the machine leaves fewer alternatives behind.
/// </summary>
internal static class RegexOptimizer
{
    public static RegexNode Optimize(RegexNode root) => Visit(root, follow: null, isLast: true);

    /// <param name="node">What to rewrite.</param>
    /// <param name="follow">The set of which one code point must follow; null where that is not known.</param>
    /// <param name="isLast">Whether the match ends after it.</param>
    private static RegexNode Visit(RegexNode node, CodePointSet? follow, bool isLast) => node switch
    {
        RegexNode.Sequence sequence => VisitSequence(sequence, follow, isLast),
        RegexNode.Alternation alternation => alternation with { Branches = [.. alternation.Branches.Select(branch => Visit(branch, follow, isLast))] },
        RegexNode.Repeat { Body: RegexNode.One one, Greed: RegexGreed.Greedy } loop when isLast || (follow is not null && AreDisjoint(one.Set, follow)) =>
            loop with { Greed = RegexGreed.Possessive },
        _ => node,
    };

    private static RegexNode.Sequence VisitSequence(RegexNode.Sequence sequence, CodePointSet? follow, bool isLast)
    {
        var parts = new RegexNode[sequence.Parts.Count];
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            parts[i] = Visit(sequence.Parts[i], follow, isLast);
            isLast = false;
            follow = parts[i] switch
            {
                RegexNode.One one => one.Set,
                RegexNode.Repeat { Min: > 0, Body: RegexNode.One one } => one.Set,
                _ => null,
            };
        }
        return new RegexNode.Sequence(parts);
    }

    private static bool AreDisjoint(CodePointSet a, CodePointSet b) => CodePointRanges.Intersect(a.Ranges, b.Ranges).Count == 0;
}
