namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>Receives the tokens of a text: their number, or their ids, or ids with texts and places.</summary>
internal sealed class TokenSink
{
    private int[] _ids = new int[256];
    private int[] _starts = [];
    private int[] _ends = [];
    private string?[] _texts = [];

    public TokenDetail Detail { get; private set; }

    public int Count { get; private set; }

    /// <summary>What the tokens took to find, in steps of the patterns and of the model: it grows with a text as time does, and no clock decides it.</summary>
    public long Work { get; set; }

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public bool WantsPlaces => Detail == TokenDetail.Places;

    public void Reset(TokenDetail detail)
    {
        (Detail, Count, Work) = (detail, 0, 0);
        if (_ids.Length > 1 << 20) (_ids, _starts, _ends, _texts) = (new int[256], [], [], []);
    }

    /// <param name="id">The token.</param>
    /// <param name="start">Where it starts: inside a piece in UTF-8 bytes from the piece's start, until the piece is placed.</param>
    /// <param name="end">Where it ends, likewise.</param>
    /// <param name="text">The text it was found as, where that is not the vocabulary's: with the white space that an added token took.</param>
    public void Add(int id, int start, int end, string? text = null)
    {
        if (Detail != TokenDetail.Count)
        {
            Reserve(1);
            _ids[Count] = id;
            if (WantsPlaces) (_starts[Count], _ends[Count], _texts[Count]) = (start, end, text);
        }
        Count++;
    }

    /// <summary>Adds tokens that follow each other without a gap; <paramref name="ends"/> are the places where they end.</summary>
    public void AddRange(ReadOnlySpan<int> ids, ReadOnlySpan<int> ends)
    {
        if (WantsPlaces)
        {
            for (int i = 0; i < ids.Length; i++) Add(ids[i], i == 0 ? 0 : ends[i - 1], ends[i]);
            return;
        }
        if (Detail == TokenDetail.Ids)
        {
            Reserve(ids.Length);
            ids.CopyTo(_ids.AsSpan(Count));
        }
        Count += ids.Length;
    }

    /// <summary>Adds up to three tokens without places: the first <paramref name="count"/> of those given.</summary>
    public void AddFew(int first, int second, int third, int count)
    {
        if (Detail == TokenDetail.Ids)
        {
            Reserve(3);
            Span<int> ids = _ids.AsSpan(Count, 3);
            (ids[0], ids[1], ids[2]) = (first, second, third);
        }
        Count += count;
    }

    public (int Start, int End) Place(int token) => (_starts[token], _ends[token]);

    public void SetPlace(int token, int start, int end) => (_starts[token], _ends[token]) = (start, end);

    public string? Text(int token) => _texts[token];

    private void Reserve(int more)
    {
        int needed = Count + more;
        if (needed > _ids.Length) Array.Resize(ref _ids, Math.Max(needed, _ids.Length * 2));
        if (!WantsPlaces || _starts.Length >= needed) return;
        int capacity = Math.Max(_ids.Length, needed);
        Array.Resize(ref _starts, capacity);
        Array.Resize(ref _ends, capacity);
        Array.Resize(ref _texts, capacity);
    }
}
