namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Collects added tokens as Hugging Face tokenizers does: a text of the vocabulary keeps its id, another gets the next free one,
/// and a token given again changes the flags of the first.
/// </summary>
internal sealed class AddedTokenReader(TokenVocabulary vocabulary)
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _byId = [];

    public IEnumerable<AddedToken> Tokens => _byId.Values;

    /// <summary>Reads the "added_tokens" of a tokenizer.json, in its order.</summary>
    public void ReadTokens(JsonSection section)
    {
        foreach (JsonSection token in section.Items())
        {
            int given = token.Required("id").Integer(0, TokenModelReader.MaxId);
            int id = Add(token);
            if (id >= 0 && id != given) throw token.Required("id").Fault($"expected {id}, the id that this token gets, found {given}");
        }
    }

    /// <summary>Adds a token, or changes the flags of one of the same text.</summary>
    /// <returns>Its id; -1 for an empty text, which is no token.</returns>
    public int Add(JsonSection section, bool special = false)
    {
        string content = section.Required("content").Text();
        if (content.Length == 0) return -1;
        special |= section.Flag("special", false);
        int id = _ids.TryGetValue(content, out int known) ? known : vocabulary.Id(content) ?? NextId();
        _ids[content] = id;
        _byId[id] = new AddedToken(
            id, content, section.Flag("single_word", false), section.Flag("lstrip", false), section.Flag("rstrip", false), section.Flag("normalized", !special), special);
        return id;
    }

    /// <summary>Adds a special token that is given by its text alone, unless it is one already.</summary>
    public void AddSpecial(string content)
    {
        if (content.Length == 0 || (_ids.TryGetValue(content, out int known) && _byId[known].Special)) return;
        int id = _ids.TryGetValue(content, out known) ? known : vocabulary.Id(content) ?? NextId();
        _ids[content] = id;
        _byId[id] = new AddedToken(id, content, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false, Special: true);
    }

    private int NextId() => _byId.Count == 0 ? vocabulary.Count : Math.Max(_byId.Keys.Max() + 1, vocabulary.Count);
}
