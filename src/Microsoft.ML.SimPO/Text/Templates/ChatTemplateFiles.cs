using System.Text.Json;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Finds a model's chat template: <c>chat_template.jinja</c>, else that of <c>tokenizer_config.json</c>.</summary>
internal static class ChatTemplateFiles
{
    private const long MaxFileLength = 64 << 20;

    private static readonly string[] TokenNames = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    public static ChatTemplate? Load(string folder, JinjaOptions? options)
    {
        using JsonDocument? config = Read(Path.Combine(folder, "tokenizer_config.json"));
        if (Source(folder, config) is not var (source, file)) return null;
        try
        {
            return new ChatTemplate(source, Tokens(folder, config), options);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"The chat template in '{file}' is not valid. {e.Message}", e);
        }
    }

    private static (string Source, string File)? Source(string folder, JsonDocument? config)
    {
        string jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja)) return (ReadText(jinja), jinja);
        string path = Path.Combine(folder, "tokenizer_config.json");
        return config is not null && Named(config, path) is { } source ? (source, path) : null;
    }

    /// <summary>The value of <c>chat_template</c>: a text, or a list of named ones of which <c>default</c> counts.</summary>
    private static string? Named(JsonDocument document, string file)
    {
        if (!document.RootElement.TryGetProperty("chat_template", out JsonElement template) || template.ValueKind == JsonValueKind.Null) return null;
        if (template.ValueKind == JsonValueKind.String) return template.GetString();
        if (template.ValueKind != JsonValueKind.Array) throw Bad(file, $"'chat_template' must be a string or a list of named templates, but is {template.ValueKind}.");
        List<string> names = [];
        foreach (JsonElement entry in template.EnumerateArray())
        {
            string name = Text(entry, "name") ?? throw Bad(file, "an entry of 'chat_template' has no 'name'.");
            if (name == "default") return Text(entry, "template") ?? throw Bad(file, "the 'default' entry of 'chat_template' has no 'template'.");
            names.Add(name);
        }
        throw Bad(file, $"'chat_template' has no entry 'default', but {string.Join(", ", names.Select(n => $"'{n}'"))}. Put the one to use into chat_template.jinja.");
    }

    /// <summary>The texts of the special tokens: those of the configuration, else of <c>special_tokens_map.json</c>.</summary>
    private static Dictionary<string, object?> Tokens(string folder, JsonDocument? config)
    {
        var tokens = new Dictionary<string, object?>(StringComparer.Ordinal);
        using JsonDocument? map = Read(Path.Combine(folder, "special_tokens_map.json"));
        foreach (string name in TokenNames)
            if ((Token(config, name) ?? Token(map, name)) is { } token) tokens[name] = token;
        return tokens;
    }

    private static string? Token(JsonDocument? document, string name)
    {
        if (document is null || !document.RootElement.TryGetProperty(name, out JsonElement token)) return null;
        return token.ValueKind == JsonValueKind.String ? token.GetString() : Text(token, "content");
    }

    private static string? Text(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonDocument? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            JsonDocument document = JsonDocument.Parse(ReadText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw Bad(path, $"expected an object, found {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not valid JSON: {e.Message}", e);
        }
    }

    private static string ReadText(string path)
    {
        long length = new FileInfo(path).Length;
        return length <= MaxFileLength ? File.ReadAllText(path) : throw Bad(path, FormattableString.Invariant($"the file has {length} bytes; at most {MaxFileLength} are read."));
    }

    private static InvalidDataException Bad(string path, string detail) => new($"'{path}': {detail}");
}
