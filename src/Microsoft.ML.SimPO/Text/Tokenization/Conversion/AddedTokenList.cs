using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>
/// The added tokens of a vocabulary that has no tokenizer.json: its own, those that are given with an id, those that are needed and are nowhere.
/// </summary>
/// <param name="conversion">Where they come from.</param>
/// <param name="vocabulary">The pieces.</param>
internal sealed class AddedTokenList(TokenizerConversion conversion, TokenVocabulary vocabulary)
{
    private readonly SortedDictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private int _maxId = vocabulary.Ids.DefaultIfEmpty(-1).Max();

    /// <summary>The tokens by id.</summary>
    public IReadOnlyCollection<AddedToken> Tokens => _byId.Values;

    /// <summary>
    /// Those that the vocabulary has to hold beside its pieces to have their ids: a reader gives a token that it does not know the next one.
    /// </summary>
    public IReadOnlyList<AddedToken> OfVocabulary
    {
        get
        {
            AddedToken[] unknown = [.. _byId.Values.Where(token => vocabulary.Id(token.Content) is null)];
            int first = vocabulary.Count;
            bool follow = vocabulary.Ids.DefaultIfEmpty(-1).Max() < first && unknown.Select((token, i) => token.Id == first + i).All(same => same);
            return follow ? [] : unknown;
        }
    }

    public int? Id(string content) => _ids.TryGetValue(content, out int id) ? id : vocabulary.Id(content);

    /// <summary>Adds a token; one of the same id gives way.</summary>
    /// <exception cref="InvalidDataException">There are more than a tokenizer may have.</exception>
    public void Add(AddedToken token)
    {
        if (_byId.Count == AddedTokenReader.MaxTokens && !_byId.ContainsKey(token.Id)) throw AddedTokenReader.TooMany(conversion.Path);
        _maxId = Math.Max(_maxId, token.Id);
        if (_byId.TryGetValue(token.Id, out AddedToken? old)) _ids.Remove(old.Content);
        _byId[token.Id] = token;
        _ids[token.Content] = token.Id;
    }

    public void AddSpecial(int id, string content) => Add(new AddedToken(id, content, false, false, false, Normalized: false, Special: true));

    /// <summary>Adds what the configurations name.</summary>
    /// <exception cref="InvalidDataException">A token is given an id that the vocabulary has for another piece.</exception>
    public void Configure(ConfiguredTokens tokens)
    {
        HashSet<string> special = [.. tokens.Special.Select(token => token.Content)];
        foreach ((int id, ConfiguredToken token) in tokens.Added)
        {
            if (token.Content.Length == 0) continue;
            string given = $"{tokens.AddedFrom} gives `{token.Content}` the id {id}";
            if (vocabulary.Text(id) is { } piece && piece != token.Content)
                throw conversion.Fault($"{given}, which is the piece `{piece}` of {conversion.File}. Both cannot be meant: correct one of the files.");
            if (vocabulary.Id(token.Content) is { } known && known != id)
                throw conversion.Fault($"{given}, and {conversion.File} has it as {known}. Both cannot be meant: correct one of the files.");
            bool isSpecial = token.Special || special.Contains(token.Content);
            // As it stands in the text: transformers 4.57 would look for it in normalized text, where an old Llama never finds it.
            Add(new AddedToken(id, token.Content, token.SingleWord, token.LeftStrip, token.RightStrip, token.Normalized ?? false, isSpecial));
        }
        foreach (ConfiguredToken token in tokens.Special)
        {
            if (token.Content.Length == 0 || _ids.ContainsKey(token.Content)) continue;
            int id = vocabulary.Id(token.Content) ?? _maxId + 1;
            Add(new AddedToken(id, token.Content, token.SingleWord, token.LeftStrip, token.RightStrip, Normalized: false, Special: true));
        }
    }

    /// <summary>The roles with their texts, as far as these are tokens.</summary>
    public IReadOnlyDictionary<string, string> Roles(ConfiguredTokens tokens) =>
        tokens.Roles.Where(role => Id(role.Token.Content) is not null).ToDictionary(role => role.Name, role => role.Token.Content);
}
