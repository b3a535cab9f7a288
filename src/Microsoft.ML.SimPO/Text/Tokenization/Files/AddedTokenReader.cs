using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// Collects added tokens as Hugging Face tokenizers does: a text of the vocabulary keeps its id, another gets the next free one,
/// and a token given again changes the flags of the first.
/// </summary>
internal sealed class AddedTokenReader(TokenVocabulary vocabulary)
{
    /// <summary>Ten times those of any published tokenizer.</summary>
    public const int MaxTokens = 1 << 16;

    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, AddedToken> _byId = [];
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);
    private int _maxId = -1;

    public IEnumerable<AddedToken> Tokens => _byId.Values;

    /// <summary>
    /// The texts that are left out when special tokens are skipped. A token that a file called special once stays so, even if it is given again as another.
    /// </summary>
    public IReadOnlySet<string> SpecialTexts =>
        _byId.Values.Where(token => token.Special).Select(token => token.Content).Concat(_special).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads the "added_tokens" of a tokenizer.json, in its order. The ids written there do not count, as in Hugging Face tokenizers.</summary>
    public void ReadTokens(JsonSection section)
    {
        foreach (JsonSection token in section.Items()) Add(ConfiguredToken.ReadObject(token));
    }

    /// <summary>Adds a token, or changes the flags of one of the same text. The empty text is no token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="isSpecial">Whether it is special whatever its flags say.</param>
    private void Add(ConfiguredToken token, bool isSpecial = false)
    {
        if (token.Content.Length == 0) return;
        if (_ids.Count == MaxTokens)
            throw TooMany();
        bool special = token.Special || isSpecial;
        if (special) _special.Add(token.Content);
        int id = _ids.TryGetValue(token.Content, out int known) ? known : vocabulary.Id(token.Content) ?? NextId();
        Set(new AddedToken(id, token.Content, token.SingleWord, token.LeftStrip, token.RightStrip, token.Normalized ?? !special, special));
    }

    /// <summary>
    /// Adds what the configuration names, as transformers does: the flags of its added tokens win, those of them that it names as
    /// BOS and the like are special, and what it names so beside them is added. Those of added_tokens.json come before the tokenizer's own, which win.
    /// </summary>
    /// <returns>The first that gets another id than it is given, which Hugging Face tokenizers does not heed; null for none.</returns>
    public (ConfiguredToken Token, int Given, int Id)? AddConfigured(ConfiguredTokens tokens)
    {
        HashSet<string> special = [.. tokens.Special.Select(token => token.Content)];
        (ConfiguredToken, int, int)? other = null;
        foreach ((int given, ConfiguredToken token) in tokens.Added)
        {
            if (tokens.AddedFrom == ConfiguredTokens.ConfigFile || !_ids.ContainsKey(token.Content)) Add(token, special.Contains(token.Content));
            if (_ids.TryGetValue(token.Content, out int id) && id != given) other ??= (token, given, id);
        }
        foreach (ConfiguredToken token in tokens.Special)
            if (!_ids.ContainsKey(token.Content)) Add(token with { Normalized = false }, isSpecial: true);
        return other;
    }

    public static InvalidDataException TooMany(string what = "The tokenizer") =>
        new(FormattableString.Invariant($"{what} has more than {MaxTokens} added tokens, which no such model has."));

    private int NextId() => Math.Max(_maxId + 1, vocabulary.Count);

    private void Set(AddedToken token)
    {
        _ids[token.Content] = token.Id;
        _byId[token.Id] = token;
        _maxId = Math.Max(_maxId, token.Id);
    }
}
