namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A file of a model folder that is no weights, wherever it comes from: a folder, or a model that was loaded from an archive.</summary>
/// <param name="Name">Its path in the folder, with forward slashes: <c>tokenizer.json</c>, <c>additional_chat_templates/tools.jinja</c>.</param>
/// <param name="Open">Opens it for reading; called each time it is needed.</param>
internal sealed record ModelFile(string Name, Func<Stream> Open)
{
    private const string TemplateFolder = "additional_chat_templates";

    private static readonly string[] TokenizerFiles =
    [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tekken.json", "chat_template.jinja", "chat_template.json",
    ];

    /// <summary>Its path in the folder; never one that leads out of it.</summary>
    public string Name { get; } = IsInside(Name) ? Name : throw new InvalidDataException($"{Faults.Quote(Name)} is not the name of a file inside a model folder.");

    /// <summary>The files of a folder that a tuned model keeps: config.json, generation_config.json, those of the tokenizer and its chat templates.</summary>
    /// <exception cref="FileNotFoundException">The folder holds no config.json.</exception>
    public static IReadOnlyList<ModelFile> KeptOf(string folder)
    {
        folder = Path.GetFullPath(folder);
        string config = Path.Combine(folder, ModelConfig.FileName);
        if (!File.Exists(config)) throw new FileNotFoundException($"The folder '{folder}' holds no '{ModelConfig.FileName}'.", config);
        IEnumerable<string> names = [ModelConfig.FileName, HubFolder.GenerationConfigName, .. TokenizerFiles];
        string templates = Path.Combine(folder, TemplateFolder);
        if (Directory.Exists(templates))
            names = names.Concat(Directory.EnumerateFiles(templates, "*.jinja").Select(f => $"{TemplateFolder}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal));
        return [.. names.Where(n => File.Exists(Path.Combine(folder, n))).Select(n => new ModelFile(n, () => RegularFile.OpenRead(Path.Combine(folder, n))))];
    }

    /// <summary>Whether a name in a model folder is one that writing a model replaces.</summary>
    public static bool IsOfModel(string name) =>
        IsOfTokenizer(name) || name is ModelConfig.FileName or HubFolder.GenerationConfigName
        || IsWeights(name, "model", ".safetensors") || IsWeights(name, "pytorch_model", ".bin");

    /// <summary>Whether a name in an adapter's folder is one that writing an adapter replaces.</summary>
    public static bool IsOfAdapter(string name) =>
        IsOfTokenizer(name) || name is AdapterConfig.FileName or AdapterFolder.WeightsName or AdapterFolder.PickledName;

    /// <summary>The whole content.</summary>
    public byte[] ReadAll()
    {
        using Stream stream = Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    /// <summary>Copies it, byte for byte, into a folder.</summary>
    public void CopyTo(string folder)
    {
        using Stream source = Open();
        using FileStream target = File.Create(PathIn(folder));
        source.CopyTo(target);
    }

    /// <summary>Where it lies in a folder; those between are made.</summary>
    public string PathIn(string folder)
    {
        string path = Path.Combine([folder, .. Name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private static bool IsInside(string name) =>
        name.Length > 0 && name.AsSpan().IndexOfAny("\\:\0") < 0 && name.Split('/').All(part => part is not ("" or "." or ".."));

    private static bool IsOfTokenizer(string name) => name == TemplateFolder || TokenizerFiles.Contains(name, StringComparer.Ordinal);

    private static bool IsWeights(string name, string stem, string extension) =>
        name == stem + extension || name == $"{stem}{extension}.index.json"
        || (name.StartsWith(stem + "-", StringComparison.Ordinal) && name.Contains("-of-", StringComparison.Ordinal) && name.EndsWith(extension, StringComparison.Ordinal));
}
