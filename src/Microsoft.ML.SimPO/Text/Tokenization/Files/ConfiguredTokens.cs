using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>
/// What the files beside a tokenizer say of its tokens, read as transformers 4.57 does: tokenizer_config.json says it; where that has no
/// "added_tokens_decoder", special_tokens_map.json names the roles instead, and added_tokens.json gives ids.
/// </summary>
internal sealed class ConfiguredTokens
{
    public const string ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json", AddedFile = "added_tokens.json";

    private const string Additional = "additional_special_tokens", Extra = "extra_special_tokens", Decoder = "added_tokens_decoder";

    private readonly Dictionary<string, ConfiguredToken?> _roles = new(StringComparer.Ordinal);
    private readonly List<ConfiguredToken> _others = [];
    private readonly HashSet<string> _otherTexts = new(StringComparer.Ordinal);
    private readonly List<(int Id, ConfiguredToken Token)> _added = [];

    private ConfiguredTokens()
    {
    }

    /// <summary>The names under which a token is given that every tokenizer may have.</summary>
    public static IReadOnlyList<string> RoleNames { get; } =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>The tokens with a role, in the order of <see cref="RoleNames"/>.</summary>
    public IEnumerable<(string Name, ConfiguredToken Token)> Roles =>
        RoleNames.Where(name => _roles.GetValueOrDefault(name) is not null).Select(name => (name, _roles[name]!));

    /// <summary>Tokens that are given with their ids, by id.</summary>
    public IReadOnlyList<(int Id, ConfiguredToken Token)> Added => _added;

    /// <summary>The file that <see cref="Added"/> come from.</summary>
    public string AddedFrom { get; private set; } = ConfigFile;

    /// <summary>All that are special by what they are called: those with a role, then further ones.</summary>
    public IEnumerable<ConfiguredToken> Special => Roles.Select(role => role.Token).Concat(_others);

    /// <summary>Whether special tokens that stand in a text are its letters.</summary>
    public bool SplitsSpecial { get; private set; }

    /// <summary>The token of a role; null where there is none.</summary>
    public ConfiguredToken? Role(string name) => _roles.GetValueOrDefault(name);

    /// <param name="files">The files of the model.</param>
    /// <param name="config">tokenizer_config.json, where there is one.</param>
    /// <param name="defaults">Tokens of roles of which no file says anything, not even that there is none.</param>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static ConfiguredTokens Read(ModelFiles files, JsonSection? config, IReadOnlyDictionary<string, string>? defaults = null)
    {
        var tokens = new ConfiguredTokens();
        if (config is { } given) tokens.Take(given);
        if (config?.Optional(Decoder) is { } decoder)
            tokens.Add(decoder, member => (IdOf(member.Name, member.Value), ConfiguredToken.ReadObject(member.Value)));
        else
        {
            using JsonDocument? map = TokenizerReader.Parse(files, MapFile), added = TokenizerReader.Parse(files, AddedFile);
            if (map is not null) tokens.Take(new JsonSection(map.RootElement, files.PathOf(MapFile)));
            if (added is not null) tokens.AddNamed(new JsonSection(added.RootElement, files.PathOf(AddedFile)));
        }
        foreach ((string name, string text) in defaults ?? new Dictionary<string, string>()) tokens._roles.TryAdd(name, new ConfiguredToken(text));
        return tokens;
    }

    /// <summary>What one configuration says; of a file that is read later it is what counts.</summary>
    private void Take(JsonSection section)
    {
        foreach (string name in RoleNames)
            if (section.Has(name)) _roles[name] = section.Optional(name) is { } token ? ConfiguredToken.Read(token) : null;
        foreach (string name in new[] { Additional, Extra })
        {
            if (section.Optional(name) is not { } list) continue;
            IEnumerable<JsonSection> items = list.IsObject ? list.Members().Select(member => member.Value) : list.Items();
            foreach (ConfiguredToken token in items.Select(ConfiguredToken.Read).Where(token => _otherTexts.Add(token.Content)))
            {
                if (_others.Count == AddedTokenReader.MaxTokens) throw TooMany(list);
                _others.Add(token);
            }
        }
        SplitsSpecial |= section.Flag("split_special_tokens", false);
    }

    private void AddNamed(JsonSection section)
    {
        HashSet<string> special = [.. Special.Select(token => token.Content)];
        AddedFrom = AddedFile;
        Add(section, member =>
            (member.Value.Integer(0, TokenModelReader.MaxId), new ConfiguredToken(member.Name, Special: special.Contains(member.Name))));
    }

    private void Add(JsonSection section, Func<(string Name, JsonSection Value), (int Id, ConfiguredToken Token)> read)
    {
        (int Id, ConfiguredToken Token)[] tokens = [.. section.Members().Take(AddedTokenReader.MaxTokens + 1).Select(read)];
        if (tokens.Length > AddedTokenReader.MaxTokens) throw TooMany(section);
        _added.AddRange(tokens.OrderBy(token => token.Id));
    }

    private static InvalidDataException TooMany(JsonSection list) =>
        list.Fault(FormattableString.Invariant($"expected at most {AddedTokenReader.MaxTokens} tokens, found more"));

    private static int IdOf(string name, JsonSection token) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id : throw token.Fault($"expected a name that is an id, found \"{name}\"");
}
