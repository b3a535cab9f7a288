using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;

namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>
/// The ids of tokens with a role, and which of them a text gets, as llama.cpp's converter finds them: the roles of tokenizer_config.json, then those of
/// config.json; what is added by the post-processor of tokenizer.json, then by the flags of tokenizer_config.json.
/// </summary>
internal sealed class GgufSpecialTokens
{
    private static readonly (string Role, string Key)[] Roles =
    [
        ("bos", "bos_token_id"), ("eos", "eos_token_id"), ("unk", "unknown_token_id"), ("sep", "seperator_token_id"), ("pad", "padding_token_id"),
        ("cls", "cls_token_id"), ("mask", "mask_token_id"),
    ];

    // In the order in which they are found.
    private readonly List<(string Role, long Id)> _ids = [];
    private readonly List<(string Role, bool IsAdded)> _added = [];

    /// <param name="files">Those of the model.</param>
    /// <param name="tokenizer">tokenizer.json</param>
    /// <param name="config">tokenizer_config.json, where there is one.</param>
    /// <param name="rows">Of the embedding; an id beyond it is none.</param>
    public GgufSpecialTokens(ModelFiles files, JsonElement tokenizer, JsonElement? config, int rows)
    {
        string? bos = TokenOf(config, "bos") ?? TokenOf(config, "cls"), eos = TokenOf(config, "eos") ?? TokenOf(config, "sep");
        foreach (JsonElement part in Processors(tokenizer)) Read(part, bos, TokenOf(config, "cls"), eos, TokenOf(config, "sep"));
        foreach ((string role, _) in Roles)
        {
            if (config is { } given && Member(given, $"add_{role}_token") is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag)
                Add(role, flag.ValueKind == JsonValueKind.True);
            if (TokenOf(config, role) is { } text && IdOf(tokenizer, text) is { } id && id < rows) AddId(role, id);
        }
        ModelConfig model = ModelConfig.Load(files);
        foreach ((string role, _) in Roles)
            if (model.Find($"{role}_token_id") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int id) && id >= 0 && id < rows)
                AddId(role, id);
    }

    public void AddTo(List<(string Key, GgufValue Value)> keys)
    {
        foreach ((string role, long id) in _ids) keys.Add((GgufKeys.Tokenizer + Roles.First(r => r.Role == role).Key, GgufValue.UInt32(id)));
        foreach ((string role, bool isAdded) in _added) keys.Add((GgufKeys.Adds(role), GgufValue.Flag(isAdded)));
    }

    private static JsonElement[] Processors(JsonElement tokenizer) => Member(tokenizer, "post_processor") is not { } processor ? []
        : Member(processor, "processors") is { ValueKind: JsonValueKind.Array } parts ? [.. parts.EnumerateArray()] : [processor];

    private void Read(JsonElement processor, string? bos, string? cls, string? eos, string? sep)
    {
        switch (Text(processor, "type"))
        {
            case "ByteLevel":
                Add("bos", false);
                Add("eos", false);
                break;
            case "RobertaProcessing":
                foreach (string role in new[] { "bos", "eos", "sep" }) Add(role, true);
                break;
            case "TemplateProcessing":
                ReadTemplate(Tokens(processor, "single"), Tokens(processor, "pair"), bos, cls, eos, sep);
                break;
        }
    }

    private void ReadTemplate(string?[] single, string?[] pair, string? bos, string? cls, string? eos, string? sep)
    {
        string? first = single.Length > 1 ? single[0] : null, last = single.Length > 1 ? single[^1] : null;
        if (first is not null) Add("bos", first == bos || first == cls);
        if (last is not null) Add("eos", last == eos);
        int start = first is not null && pair.Length > 0 && pair[0] == first ? 1 : 0, end = last is not null && pair.Length > 0 && pair[^1] == last ? 1 : 0;
        if (pair.Length - start - end < 3) return;
        string?[] between = pair[(start + 1)..^(end + 1)];
        bool isSeparator = between[0] is { } token && (token == sep || token == eos);
        Add("sep", isSeparator && (last is null || between.Length == 2));
    }

    /// <summary>The special tokens of a template; null for a text.</summary>
    private static string?[] Tokens(JsonElement processor, string name) => Member(processor, name) is { ValueKind: JsonValueKind.Array } parts
        ? [.. parts.EnumerateArray().Select(part => Member(part, "SpecialToken") is { } token ? Text(token, "id") : null)] : [];

    private void Add(string role, bool isAdded)
    {
        int at = _added.FindIndex(a => a.Role == role);
        if (at < 0) _added.Add((role, isAdded));
        else _added[at] = (role, isAdded);
    }

    private void AddId(string role, long id)
    {
        if (_ids.TrueForAll(known => known.Role != role)) _ids.Add((role, id));
    }

    private static string? TokenOf(JsonElement? config, string role)
    {
        if (config is not { } given || Member(given, $"{role}_token") is not { } token) return null;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : Text(token, "content");
    }

    private static int? IdOf(JsonElement tokenizer, string text)
    {
        if (Member(tokenizer, "added_tokens") is not { ValueKind: JsonValueKind.Array } added) return null;
        foreach (JsonElement token in added.EnumerateArray())
            if (Text(token, "content") == text && token.TryGetProperty("id", out JsonElement id)) return id.GetInt32();
        return null;
    }

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement of, string name) => Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
