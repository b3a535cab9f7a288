namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Token texts and their ids.</summary>
internal sealed class TokenVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _idsOfSpans;
    private readonly Dictionary<int, string> _texts;

    public TokenVocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        _idsOfSpans = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _texts = new Dictionary<int, string>(ids.Count);
        foreach ((string text, int id) in ids) _texts[id] = text;
    }

    /// <param name="texts">Texts by id; of equal texts the last id counts.</param>
    public TokenVocabulary(IReadOnlyList<string> texts)
    {
        _ids = new Dictionary<string, int>(texts.Count, StringComparer.Ordinal);
        _texts = new Dictionary<int, string>(texts.Count);
        for (int id = 0; id < texts.Count; id++) _ids[_texts[id] = texts[id]] = id;
        _idsOfSpans = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The number of texts.</summary>
    public int Count => _ids.Count;

    /// <summary>The ids that have a text.</summary>
    public IEnumerable<int> Ids => _texts.Keys;

    public IEnumerable<KeyValuePair<string, int>> Entries => _ids;

    public bool TryGetId(ReadOnlySpan<char> text, out int id) => _idsOfSpans.TryGetValue(text, out id);

    public int? Id(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    public string? Text(int id) => _texts.GetValueOrDefault(id);
}
