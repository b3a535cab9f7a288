using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// A pattern as a nondeterministic automaton whose choices are ordered: of all ways through it to a match the first in that order is the one that backtracking
/// finds.
/// </summary>
internal sealed class RegexNfa
{
    private const int MaxNodes = 1_000;

    private readonly List<Node> _nodes = [];
    private readonly List<CodePointSet> _sets = [];

    private RegexNfa()
    {
    }

    public enum Kind
    {
        /// <summary>Consume a code point of Set.</summary>
        One,

        /// <summary>Go on at Next; if that does not match, at Other.</summary>
        Choice,

        /// <summary>What follows is a code point of Set.</summary>
        Before,

        /// <summary>What follows is no code point of Set, or the end.</summary>
        NotBefore,

        /// <summary>The text ends here.</summary>
        End,

        Match,
    }

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The sets that nodes name by index.</summary>
    public IReadOnlyList<CodePointSet> Sets => _sets;

    public int Start { get; private set; }

    /// <returns>Null where the pattern is large, or asks for more than the next code point: possessive loops, atomic groups, what lies behind.</returns>
    public static RegexNfa? TryBuild(RegexNode root)
    {
        var nfa = new RegexNfa();
        int match = nfa.Add(new Node(Kind.Match));
        if (nfa.Build(root, match) is not int start) return null;
        nfa.Start = start;
        return nfa;
    }

    /// <summary>Adds what matches a part of the pattern and then goes on.</summary>
    /// <returns>Where the part starts; null where it is not supported.</returns>
    private int? Build(RegexNode part, int next)
    {
        if (_nodes.Count > MaxNodes) return null;
        switch (part)
        {
            case RegexNode.One one: return Add(new Node(Kind.One, SetIndex(one.Set), next));
            case RegexNode.Sequence sequence:
                int? at = next;
                for (int i = sequence.Parts.Count - 1; i >= 0 && at is int after; i--) at = Build(sequence.Parts[i], after);
                return at;
            case RegexNode.Alternation alternation: return BuildBranches(alternation.Branches, next);
            case RegexNode.Repeat { Greed: not RegexGreed.Possessive } loop: return BuildLoop(loop, next);
            case RegexNode.Look { Behind: false, Body: RegexNode.One one } look: return Add(
                new Node(look.Negative ? Kind.NotBefore : Kind.Before, SetIndex(one.Set), next));
            case RegexNode.Anchor { Kind: RegexAnchor.TextEnd }: return Add(new Node(Kind.End, 0, next));
            case RegexNode.Anchor { Kind: RegexAnchor.LineEnd }: return Add(new Node(Kind.NotBefore, SetIndex(RegexClassParser.AnyButNewline), next));
            default: return null;
        }
    }

    private int? BuildBranches(IReadOnlyList<RegexNode> branches, int next)
    {
        int? rest = Build(branches[^1], next);
        for (int i = branches.Count - 2; i >= 0 && rest is int others; i--)
            rest = Build(branches[i], next) is int first ? Add(new Node(Kind.Choice, 0, first, others)) : null;
        return rest;
    }

    private int? BuildLoop(RegexNode.Repeat loop, int next)
    {
        bool lazy = loop.Greed == RegexGreed.Lazy;
        int? at = next;
        if (loop.Max == int.MaxValue)
        {
            int choice = Add(default);
            if (Build(loop.Body, choice) is not int body) return null;
            _nodes[choice] = Choice(body, next, lazy);
            at = choice;
        }
        else
        {
            for (int i = loop.Min; i < loop.Max && at is int more; i++) at = Build(loop.Body, more) is int body ? Add(Choice(body, next, lazy)) : null;
        }
        for (int i = 0; i < loop.Min && at is int after; i++) at = Build(loop.Body, after);
        return at;
    }

    private static Node Choice(int body, int rest, bool lazy) => lazy ? new Node(Kind.Choice, 0, rest, body) : new Node(Kind.Choice, 0, body, rest);

    private int Add(Node node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    private int SetIndex(CodePointSet set)
    {
        int index = _sets.FindIndex(known => ReferenceEquals(known, set) || known.Ranges.SequenceEqual(set.Ranges));
        if (index >= 0) return index;
        _sets.Add(set);
        return _sets.Count - 1;
    }

    public readonly record struct Node(Kind Kind, int Set = 0, int Next = -1, int Other = -1);
}
