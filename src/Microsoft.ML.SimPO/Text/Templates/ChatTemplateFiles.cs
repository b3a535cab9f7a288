using System.Text;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>Finds a model's chat template: <c>chat_template.jinja</c>, else that of <c>tokenizer_config.json</c>.</summary>
internal static class ChatTemplateFiles
{
    private const string TemplateFile = "chat_template.jinja", ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json";

    /// <summary>What is read of a folder.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [TemplateFile, ConfigFile, MapFile];

    public static ChatTemplate? Load(ModelFiles files, JinjaOptions? options)
    {
        if (Find(files) is not var (source, file)) return null;
        try
        {
            return new ChatTemplate(source, SpecialTokens.Load(files).Variables, options);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"The chat template in '{file}' is not valid. {e.Message}", e);
        }
    }

    /// <summary>The template that somebody chose, as a model's folder would hold it.</summary>
    /// <param name="given">Its text, a file, or the name of one of those that the model has.</param>
    /// <exception cref="InvalidDataException">It is none of these, or not valid.</exception>
    public static ModelFile Chosen(ModelFiles files, string given)
    {
        if (given.Contains("{{", StringComparison.Ordinal) || given.Contains("{%", StringComparison.Ordinal))
            return Valid(Encoding.UTF8.GetBytes(given), "that `ChatTemplate` gives");
        if (File.Exists(given)) return Valid(RegularFile.ReadBytes(given, JsonFile.MaxLength), $"in '{given}'");
        Dictionary<string, string> named = new(StringComparer.Ordinal);
        using (JsonDocument? config = ModelJson.Read(files, ConfigFile))
        {
            if (config is not null && config.RootElement.TryGetProperty("chat_template", out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement entry in list.EnumerateArray())
                    if (ModelJson.Text(entry, "name") is { } name && ModelJson.Text(entry, "template") is { } text) named[name] = text;
            }
        }
        foreach (ModelFile file in files.Where(f => f.Name.StartsWith(ModelFile.TemplateFolder + "/", StringComparison.Ordinal)))
            named[Path.GetFileNameWithoutExtension(file.Name)] = Encoding.UTF8.GetString(file.Content);
        if (named.TryGetValue(given, out string? source)) return Valid(Encoding.UTF8.GetBytes(source), $"'{given}' of the model");
        string known = named.Count == 0 ? "no named ones" : string.Join(", ", named.Keys.Order(StringComparer.Ordinal).Select(n => $"'{n}'"));
        throw new InvalidDataException($"`ChatTemplate` is {Faults.Quote(given)}, which is neither the text of a template, with {{{{ or {{% in it, nor a file, "
            + $"nor the name of a template of the model: it has {known}.");
    }

    /// <param name="place">Where it is from: what would be named later is the file that it takes the place of.</param>
    private static ModelFile Valid(byte[] source, string place)
    {
        try
        {
            JinjaTemplate.Parse(Encoding.UTF8.GetString(source));
            return new ModelFile(TemplateFile, source);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"The chat template {place} is not valid. {e.Message}", e);
        }
    }

    private static (string Source, string File)? Find(ModelFiles files)
    {
        string jinja = files.PathOf(TemplateFile);
        // No encoding has characters of more bytes.
        if (files.Find(TemplateFile) is { Length: > 4 * JinjaTemplate.MaxSourceLength })
            throw new InvalidDataException($"The chat template in '{jinja}' is not valid. {JinjaTemplate.TooLong().Message}");
        if (ModelJson.ReadText(files, TemplateFile) is { } text)
            return text.Length > 0 ? (text, jinja) : throw ModelJson.Bad(jinja, "the chat template is empty. Write it there, or remove the file.");
        string path = files.PathOf(ConfigFile);
        using JsonDocument? config = ModelJson.Read(files, ConfigFile);
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
