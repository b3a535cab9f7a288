using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// Makes a <see cref="RegexDfa"/> of a <see cref="RegexNfa"/>. A state is the list of nodes at which the pattern may go on, in the order in which backtracking
/// would try them. Looks at the next code point are answered when that is known, so a match is seen one code point late; what comes after it in the list is
/// then cut off.
/// </summary>
internal sealed class RegexDfaBuilder
{
    // Far above what tokenizers have: GPT-2's pattern makes 13 states, GPT-4's 21, GPT-4o's 33.
    private const int MaxStates = 1_000, MaxVisits = 1_000_000;

    private readonly RegexNfa _nfa;
    private readonly CodePointClasses _classes;
    private readonly Dictionary<string, int> _stateOf = new(StringComparer.Ordinal);
    private readonly List<int[]> _states = [];
    private readonly int[] _visited;
    private readonly int[] _kept;
    private readonly Stack<int> _open = new();
    private int _round;
    private int _visits;

    private RegexDfaBuilder(RegexNfa nfa, CodePointClasses classes)
    {
        (_nfa, _classes) = (nfa, classes);
        (_visited, _kept) = (new int[nfa.Nodes.Count], new int[nfa.Nodes.Count]);
    }

    /// <returns>Null where the pattern needs more than a table of moderate size can say.</returns>
    public static RegexDfa? TryBuild(RegexNode root)
    {
        if (RegexNfa.TryBuild(root) is not { } nfa || CodePointClasses.TryCreate(nfa.Sets) is not { } classes) return null;
        return new RegexDfaBuilder(nfa, classes).Build();
    }

    private RegexDfa? Build()
    {
        // Row 0 is the state in which nothing can match any more; the last column is the end of the text.
        int columns = _classes.Count + 1;
        var rows = new List<int[]> { new int[columns] };
        _states.Add([]);
        StateOf([_nfa.Start]);
        for (int state = 1; state < _states.Count; state++)
        {
            int[] row = new int[columns];
            for (int column = 0; column < columns; column++)
            {
                (List<int> next, bool matches) = Step(_states[state], column);
                int target = next.Count == 0 ? 0 : StateOf(next) * columns;
                row[column] = matches ? ~target : target;
                if (_visits > MaxVisits || _states.Count > MaxStates) return null;
            }
            rows.Add(row);
        }
        ForgetMatchesThatAreOverwritten(rows);
        return new RegexDfa([.. rows.SelectMany(row => row)], columns, _classes);
    }

    private int StateOf(List<int> nodes)
    {
        string key = string.Create(nodes.Count, nodes, static (span, list) =>
        {
            for (int i = 0; i < span.Length; i++) span[i] = (char)list[i];
        });
        if (_stateOf.TryGetValue(key, out int state)) return state;
        _stateOf[key] = _states.Count;
        _states.Add([.. nodes]);
        return _states.Count - 1;
    }

    /// <summary>Where the nodes of a state lead when a code point of a class (or the end) comes next, and whether the pattern has matched before it.</summary>
    private (List<int> Next, bool Matches) Step(int[] state, int column)
    {
        _round++;
        var next = new List<int>();
        foreach (int first in state)
        {
            _open.Push(first);
            while (_open.TryPop(out int at))
            {
                _visits++;
                if (_visited[at] == _round) continue;
                _visited[at] = _round;
                RegexNfa.Node node = _nfa.Nodes[at];
                switch (node.Kind)
                {
                    case RegexNfa.Kind.Match:
                        _open.Clear();
                        return (next, true);
                    case RegexNfa.Kind.Choice:
                        _open.Push(node.Other);
                        _open.Push(node.Next);
                        break;
                    case RegexNfa.Kind.One:
                        if (Holds(node.Set, column) && _kept[node.Next] != _round) next.Add(node.Next);
                        if (Holds(node.Set, column)) _kept[node.Next] = _round;
                        break;
                    default:
                        if (Allows(node, column)) _open.Push(node.Next);
                        break;
                }
            }
        }
        return (next, false);
    }

    private bool Holds(int set, int column) => column < _classes.Count && _classes.Holds(set, column);

    private bool Allows(RegexNfa.Node node, int column) => node.Kind switch
    {
        RegexNfa.Kind.Before => Holds(node.Set, column),
        RegexNfa.Kind.NotBefore => !Holds(node.Set, column),
        _ => column == _classes.Count,
    };

    /// <summary>
    /// A match need not be noted on the way to a state that finds a longer one whatever comes next: letters within a word then take the shortest way.
    /// </summary>
    private static void ForgetMatchesThatAreOverwritten(List<int[]> rows)
    {
        int columns = rows[0].Length;
        bool[] alwaysMatches = [.. rows.Select(row => Array.TrueForAll(row, entry => entry < 0))];
        foreach (int[] row in rows)
            for (int column = 0; column < columns; column++)
                if (row[column] < 0 && alwaysMatches[~row[column] / columns]) row[column] = ~row[column];
    }
}
