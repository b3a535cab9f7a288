namespace Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

/// <summary>Texts by their prefixes.</summary>
internal sealed class PatternTrie
{
    /// <summary>At every place of a text that much may be compared, so that time is at most that many times the text's length.</summary>
    private const int MaxLength = 1024;

    /// <summary>Twice those of the largest vocabulary. A node takes up to 60 bytes while the table grows.</summary>
    private const int MaxNodes = 1 << 21;

    // A table of open addressing, at most half full: a walk asks it once a character, where a dictionary would take most of the time.
    private ulong[] _keys = new ulong[64];
    private int[] _children = new int[64];
    private readonly List<int> _values = [-1];

    /// <summary>Adds a text; of equal texts the last counts.</summary>
    /// <exception cref="InvalidDataException">The text is longer than <see cref="MaxLength"/>.</exception>
    public void Add(ReadOnlySpan<char> text, int value)
    {
        Check(text);
        int node = 0;
        foreach (char unit in text)
        {
            int child = Child(node, unit);
            node = child > 0 ? child : AddChild(node, unit);
        }
        _values[node] = value;
    }

    /// <exception cref="InvalidDataException">The text is longer than <see cref="MaxLength"/>.</exception>
    public static void Check(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
            throw new InvalidDataException($"The tokenizer's token \"{text[..40]}...\" has {text.Length} characters; at most {MaxLength} are supported.");
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

    /// <summary>The child of a node; 0, which is the root and nobody's child, if there is none.</summary>
    private int Child(int node, char unit)
    {
        ulong key = Key(node, unit);
        ulong[] keys = _keys;
        for (int slot = Slot(key, keys.Length); ; slot = slot + 1 & keys.Length - 1)
        {
            ulong found = keys[slot];
            if (found == key) return _children[slot];
            if (found == 0) return 0;
        }
    }

    private int AddChild(int node, char unit)
    {
        int child = _values.Count;
        if (child == MaxNodes)
            throw new InvalidDataException($"The tokens of the tokenizer begin in more than {MaxNodes} different ways, which no such model has.");
        _values.Add(-1);
        if (child * 2 > _keys.Length) Grow();
        Insert(Key(node, unit), child);
        return child;
    }

    private void Grow()
    {
        (ulong[] keys, int[] children) = (_keys, _children);
        (_keys, _children) = (new ulong[keys.Length * 2], new int[keys.Length * 2]);
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] != 0) Insert(keys[i], children[i]);
    }

    private void Insert(ulong key, int child)
    {
        int slot = Slot(key, _keys.Length);
        while (_keys[slot] != 0) slot = slot + 1 & _keys.Length - 1;
        (_keys[slot], _children[slot]) = (key, child);
    }

    /// <summary>Never 0, which marks a free slot.</summary>
    private static ulong Key(int node, char unit) => (ulong)(uint)node << 16 | unit | 1UL << 63;

    private static int Slot(ulong key, int length) => (int)(key * 0x9E3779B97F4A7C15UL >> 32) & length - 1;

    /// <summary>A way down from the root, unit by unit.</summary>
    public struct Walk(PatternTrie trie)
    {
        private int _node;

        /// <summary>The value of the text that led here; -1 if there is none.</summary>
        public readonly int Value => trie._values[_node];

        /// <returns>Whether any text goes on like that; if not, the walk is over.</returns>
        public bool Advance(char unit) => (_node = trie.Child(_node, unit)) != 0;
    }
}
