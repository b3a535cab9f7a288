namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Ranges of a text, in UTF-16 units; a list that keeps its memory.</summary>
internal sealed class PieceList
{
    private (int Start, int End)[] _items = new (int, int)[64];

    public int Count { get; private set; }

    /// <summary>
    /// What patterns took to find the pieces, in steps and in characters read, over all texts so far: it grows with a text as time does, and no clock decides
    /// it.
    /// </summary>
    public long Work { get; set; }

    public ref (int Start, int End) this[int index] => ref _items[index];

    public ReadOnlySpan<(int Start, int End)> Items => _items.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int start, int end)
    {
        if (Count == _items.Length) Array.Resize(ref _items, _items.Length * 2);
        _items[Count++] = (start, end);
    }

    /// <summary>Adds a piece unless it is empty.</summary>
    public void AddPiece(int start, int end)
    {
        if (end > start) Add(start, end);
    }

    public void RemoveLast() => Count--;

    public void Reverse(int from) => Array.Reverse(_items, from, Count - from);
}
