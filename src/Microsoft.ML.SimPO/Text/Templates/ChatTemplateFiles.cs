using System.Text.Json;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Finds a model's chat template: <c>chat_template.jinja</c>, else that of <c>tokenizer_config.json</c>.</summary>
internal static class ChatTemplateFiles
{
    public static ChatTemplate? Load(string folder, JinjaOptions? options)
    {
        if (Find(folder) is not var (source, file)) return null;
        try
        {
            return new ChatTemplate(source, SpecialTokens.Load(folder).Variables, options);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"The chat template in '{file}' is not valid. {e.Message}", e);
        }
    }

    private static (string Source, string File)? Find(string folder)
    {
        string jinja = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(jinja)) return (ModelJson.ReadText(jinja), jinja);
        string path = Path.Combine(folder, "tokenizer_config.json");
        using JsonDocument? config = ModelJson.Read(path);
        return config is not null && Named(config, path) is { } source ? (source, path) : null;
    }

    /// <summary>The value of <c>chat_template</c>: a text, or a list of named ones of which <c>default</c> counts.</summary>
    private static string? Named(JsonDocument document, string file)
    {
        if (!document.RootElement.TryGetProperty("chat_template", out JsonElement template) || template.ValueKind == JsonValueKind.Null) return null;
        if (template.ValueKind == JsonValueKind.String) return template.GetString();
        if (template.ValueKind != JsonValueKind.Array)
            throw ModelJson.Bad(file, $"'chat_template' must be a string or a list of named templates, but is {template.ValueKind}.");
        List<string> names = [];
        foreach (JsonElement entry in template.EnumerateArray())
        {
            string name = ModelJson.Text(entry, "name") ?? throw ModelJson.Bad(file, "an entry of 'chat_template' has no 'name'.");
            if (name == "default")
                return ModelJson.Text(entry, "template") ?? throw ModelJson.Bad(file, "the 'default' entry of 'chat_template' has no 'template'.");
            names.Add(name);
        }
        throw ModelJson.Bad(file,
            $"'chat_template' has no entry 'default', but {string.Join(", ", names.Select(n => $"'{n}'"))}. Put the one to use into chat_template.jinja.");
    }
}
