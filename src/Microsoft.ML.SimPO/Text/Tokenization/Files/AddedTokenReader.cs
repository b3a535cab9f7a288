using System.Globalization;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Collects added tokens as Hugging Face tokenizers does: a text of the vocabulary keeps its id, another gets the next free one,
/// and a token given again changes the flags of the first.
/// </summary>
internal sealed class AddedTokenReader(TokenVocabulary vocabulary)
{
    private static readonly string[] SpecialTokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _byId = [];
    private int _maxId = -1;

    public IEnumerable<AddedToken> Tokens => _byId.Values;

    /// <summary>Reads the "added_tokens" of a tokenizer.json, in its order. The ids written there do not count, as in Hugging Face tokenizers.</summary>
    public void ReadTokens(JsonSection section)
    {
        foreach (JsonSection token in section.Items()) Add(token);
    }

    /// <summary>Adds a token, or changes the flags of one of the same text. The empty text is no token.</summary>
    public void Add(JsonSection section)
    {
        string content = section.Required("content").Text();
        if (content.Length == 0) return;
        bool special = section.Flag("special", false);
        int id = _ids.TryGetValue(content, out int known) ? known : vocabulary.Id(content) ?? NextId();
        Set(new AddedToken(
            id, content, section.Flag("single_word", false), section.Flag("lstrip", false), section.Flag("rstrip", false), section.Flag("normalized", !special), special));
    }

    /// <summary>Adds a special token that is given by its text alone, unless it is one already.</summary>
    public void AddSpecial(string content)
    {
        if (content.Length == 0 || (_ids.TryGetValue(content, out int known) && _byId[known].Special)) return;
        int id = _ids.TryGetValue(content, out known) ? known : vocabulary.Id(content) ?? NextId();
        Set(new AddedToken(id, content, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false, Special: true));
    }

    /// <summary>Adds a piece of a SentencePiece model.</summary>
    public void AddPiece(string content, bool special)
    {
        if (content.Length == 0) return;
        int id = vocabulary.Id(content)!.Value;
        Set(new AddedToken(id, content, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false, special));
    }

    /// <summary>Adds what tokenizer_config.json names, as transformers does: its flags win, and its special tokens are added tokens.</summary>
    public void AddConfigured(JsonSection config)
    {
        if (config.Optional("added_tokens_decoder") is { } decoder)
            foreach ((_, JsonSection token) in decoder.Members().OrderBy(member => IdOf(member.Name, member.Value))) Add(token);
        foreach (string name in SpecialTokenNames)
            if (config.Optional(name) is { } token) AddSpecial(TextOf(token));
        if (config.Optional("additional_special_tokens") is { } more)
            foreach (JsonSection token in more.Items()) AddSpecial(TextOf(token));
    }

    private static string TextOf(JsonSection token) => token.IsObject ? token.Required("content").Text() : token.Text();

    private static int IdOf(string name, JsonSection token) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : throw token.Fault($"expected a name that is an id, found \"{name}\"");

    private int NextId() => Math.Max(_maxId + 1, vocabulary.Count);

    private void Set(AddedToken token)
    {
        _ids[token.Content] = token.Id;
        _byId[token.Id] = token;
        _maxId = Math.Max(_maxId, token.Id);
    }
}
