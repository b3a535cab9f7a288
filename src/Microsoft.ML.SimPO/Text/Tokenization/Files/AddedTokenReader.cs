using System.Globalization;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// Collects added tokens as Hugging Face tokenizers does: a text of the vocabulary keeps its id, another gets the next free one,
/// and a token given again changes the flags of the first.
/// </summary>
internal sealed class AddedTokenReader(TokenVocabulary vocabulary)
{
    private static readonly string[] SpecialTokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Ten times those of any published tokenizer.</summary>
    private const int MaxTokens = 1 << 16;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _byId = [];
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private int _maxId = -1;

    public IEnumerable<AddedToken> Tokens => _byId.Values;

    /// <summary>
    /// The texts that are left out when special tokens are skipped. A token that a file called special once stays so, even if it is given again as another; a
    /// piece of a SentencePiece model is what is said of it last.
    /// </summary>
    public IReadOnlySet<string> SpecialTexts =>
        _byId.Values.Where(token => token.Special).Select(token => token.Content).Concat(_special).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads the "added_tokens" of a tokenizer.json, in its order. The ids written there do not count, as in Hugging Face tokenizers.</summary>
    public void ReadTokens(JsonSection section)
    {
        foreach (JsonSection token in section.Items()) Add(token);
    }

    /// <summary>Adds a token, or changes the flags of one of the same text. The empty text is no token.</summary>
    /// <param name="section">The token.</param>
    /// <param name="specialTexts">Texts of tokens that are special whatever their flags say.</param>
    public void Add(JsonSection section, IReadOnlySet<string>? specialTexts = null)
    {
        string content = section.Required("content").Text();
        if (content.Length == 0) return;
        if (_ids.Count == MaxTokens) throw section.Fault($"expected at most {MaxTokens} added tokens, found more");
        bool special = section.Flag("special", false) || specialTexts?.Contains(content) == true;
        if (special) _special.Add(content);
        int id = _ids.TryGetValue(content, out int known) ? known : vocabulary.Id(content) ?? NextId();
        Set(new AddedToken(
            id, content, section.Flag("single_word", false), section.Flag("lstrip", false), section.Flag("rstrip", false),
            section.Flag("normalized", !special), special));
    }

    /// <summary>Adds a special token that is given by its text alone, unless it is an added token already.</summary>
    public void AddSpecial(string content)
    {
        if (content.Length == 0 || _ids.ContainsKey(content)) return;
        Set(new AddedToken(
            vocabulary.Id(content) ?? NextId(), content, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false, Special: true));
    }

    /// <summary>Adds a piece of a SentencePiece model.</summary>
    public void AddPiece(string content, bool special)
    {
        if (content.Length == 0) return;
        int id = vocabulary.Id(content)!.Value;
        Set(new AddedToken(id, content, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false, special));
    }

    /// <summary>
    /// Adds what tokenizer_config.json names, as transformers does: the flags of its added tokens win, those of them that it names as
    /// BOS and the like are special, and what it names so beside them is added.
    /// </summary>
    public void AddConfigured(JsonSection config)
    {
        List<string> special = [.. SpecialTokenNames.Select(config.Optional).OfType<JsonSection>().Select(TextOf)];
        if (config.Optional("additional_special_tokens") is { } more) special.AddRange(more.Items().Select(TextOf));
        var specialTexts = special.ToHashSet(StringComparer.Ordinal);
        if (config.Optional("added_tokens_decoder") is { } decoder)
            foreach ((_, JsonSection token) in decoder.Members().OrderBy(member => IdOf(member.Name, member.Value))) Add(token, specialTexts);
        foreach (string text in special) AddSpecial(text);
    }

    private static string TextOf(JsonSection token) => token.IsObject ? token.Required("content").Text() : token.Text();

    private static int IdOf(string name, JsonSection token) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id : throw token.Fault($"expected a name that is an id, found \"{name}\"");

    private int NextId() => Math.Max(_maxId + 1, vocabulary.Count);

    private void Set(AddedToken token)
    {
        _ids[token.Content] = token.Id;
        _byId[token.Id] = token;
        _maxId = Math.Max(_maxId, token.Id);
    }
}
