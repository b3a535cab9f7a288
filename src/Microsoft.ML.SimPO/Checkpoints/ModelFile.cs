namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A file of a model that is no weights, in memory.</summary>
/// <param name="Name">Its path in the folder, with forward slashes: <c>tokenizer.json</c>, <c>additional_chat_templates/tools.jinja</c>.</param>
/// <param name="Content">Its bytes; never changed.</param>
internal sealed record ModelFile(string Name, byte[] Content)
{
    public const string TemplateFolder = "additional_chat_templates";

    /// <summary>What the tokenizer and its chat templates are read from.</summary>
    public static IReadOnlyList<string> TokenizerNames { get; } =
    [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tekken.json", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>What images of a multimodal model are prepared by.</summary>
    public static IReadOnlyList<string> ProcessorNames { get; } = ["preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json"];

    /// <summary>Its path in the folder; never one that leads out of it.</summary>
    public string Name { get; } = IsInside(Name)
        ? Name
        : throw new InvalidDataException($"{Faults.Quote(Name)} is not the name of a file inside a model folder.");

    /// <summary>Whether a name in a model folder is one that writing a model replaces.</summary>
    public static bool IsOfModel(string name) =>
        IsOfTokenizer(name) || ProcessorNames.Contains(name, StringComparer.Ordinal) || name is ModelConfig.FileName or HubFolder.GenerationConfigName
        || IsWeights(name, "model", ".safetensors") || IsWeights(name, "pytorch_model", ".bin");

    /// <summary>Whether a name in an adapter's folder is one that writing an adapter replaces.</summary>
    public static bool IsOfAdapter(string name) =>
        IsOfTokenizer(name) || name is AdapterConfig.FileName or AdapterFolder.WeightsName or AdapterFolder.PickledName;

    /// <summary>Writes it into a folder.</summary>
    public void WriteTo(string folder) => File.WriteAllBytes(PathIn(folder), Content);

    /// <summary>Where it lies in a folder; those between are made.</summary>
    public string PathIn(string folder)
    {
        string path = Path.Combine([folder, .. Name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static bool IsInside(string name) =>
        name.Length > 0 && name.AsSpan().IndexOfAny("\\:\0") < 0 && name.Split('/').All(part => part is not ("" or "." or ".."));

    private static bool IsOfTokenizer(string name) => name == TemplateFolder || TokenizerNames.Contains(name, StringComparer.Ordinal);

    private static bool IsWeights(string name, string stem, string extension) =>
        name == stem + extension || name == $"{stem}{extension}.index.json"
        || (name.StartsWith(stem + "-", StringComparison.Ordinal) && name.Contains("-of-", StringComparison.Ordinal)
            && name.EndsWith(extension, StringComparison.Ordinal));
}
