namespace Microsoft.ML.SimPO.Text;

/// <summary>Texts by their prefixes.</summary>
internal sealed class PatternTrie
{
    /// <summary>At every place of a text that much may be compared, so that time is at most that many times the text's length.</summary>
    private const int MaxLength = 1024;

    private readonly Dictionary<(int Node, char Unit), int> _children = [];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a text; of equal texts the last counts.</summary>
    /// <exception cref="InvalidDataException">The text is longer than <see cref="MaxLength"/>.</exception>
    public void Add(ReadOnlySpan<char> text, int value)
    {
        if (text.Length > MaxLength) throw new InvalidDataException($"The tokenizer's token \"{text[..40]}...\" has {text.Length} characters; at most {MaxLength} are supported.");
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

    public Walk Start() => new(this);

    /// <returns>The value and length of the longest text that <paramref name="text"/> starts with; -1 if none. The empty text does not count.</returns>
    public (int Value, int Length) Longest(ReadOnlySpan<char> text)
    {
        (int value, int length) = (-1, 0);
        Walk walk = Start();
        for (int i = 0; i < text.Length && walk.Advance(text[i]); i++)
            if (walk.Value >= 0) (value, length) = (walk.Value, i + 1);
        return (value, length);
    }

    /// <summary>A way down from the root, unit by unit.</summary>
    public struct Walk(PatternTrie trie)
    {
        private int _node;

        /// <summary>The value of the text that led here; -1 if there is none.</summary>
        public readonly int Value => trie._values[_node];

        /// <returns>Whether any text goes on like that; if not, the walk is over.</returns>
        public bool Advance(char unit) => trie._children.TryGetValue((_node, unit), out _node);
    }
}
