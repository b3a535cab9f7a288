namespace Microsoft.ML.SimPO.Text;

/// <summary>Texts by their prefixes.</summary>
internal sealed class PatternTrie
{
    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a text; of equal texts the last counts.</summary>
    public void Add(ReadOnlySpan<char> text, int value)
    {
        int node = 0;
        foreach (char unit in text)
        {
            if (!_children.TryGetValue((node, unit), out int child))
            {
                _children[(node, unit)] = child = _values.Count;
                _values.Add(-1);
            }
            node = child;
        }
        _values[node] = value;
    }

    /// <returns>The value and length of the longest text that <paramref name="text"/> starts with; -1 if none.</returns>
    public (int Value, int Length) Longest(ReadOnlySpan<char> text)
    {
        (int value, int length, int node) = (-1, 0, 0);
        for (int i = 0; i < text.Length && _children.TryGetValue((node, text[i]), out node); i++)
            if (_values[node] >= 0) (value, length) = (_values[node], i + 1);
        return (value, length);
    }
}
