using System.Collections;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// The small files of a model by name: configurations, tokenizer, chat templates. Read once, whole and bounded, wherever they come from; what reads them
/// needs no folder.
/// Immutable.
/// </summary>
internal sealed class ModelFiles : IReadOnlyCollection<ModelFile>
{
    /// <summary>The most bytes of one file: twice the largest vocabulary of a published model.</summary>
    public const long MaxLength = 64 << 20;

    /// <summary>The most bytes of all files together.</summary>
    public const long MaxTotalLength = 128 << 20;

    /// <summary>The most files: a folder of templates may come from anywhere, too.</summary>
    public const int MaxCount = 1000;

    private readonly List<ModelFile> _files = [];
    private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

    /// <param name="origin">Where they come from, for messages: the full path of the folder or archive.</param>
    /// <param name="files">The files, each name once.</param>
    /// <exception cref="InvalidDataException">Two files have the same name, or there are too many or too large ones.</exception>
    public ModelFiles(string origin, IEnumerable<ModelFile> files)
    {
        Origin = origin;
        long total = 0;
        foreach (ModelFile file in files)
        {
            if ((total += file.Content.Length) > MaxTotalLength)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"'{origin}': the files that are no weights have more than {MaxTotalLength} bytes together."));
            if (!_contents.TryAdd(file.Name, file.Content))
                throw new InvalidDataException($"'{origin}': the file {Faults.Quote(file.Name)} stands there twice.");
            _files.Add(file);
            if (_files.Count > MaxCount)
                throw new InvalidDataException(FormattableString.Invariant($"'{origin}' holds more than {MaxCount} small files."));
        }
    }

    /// <summary>The full path of the folder or archive, or what else it is called in messages.</summary>
    public string Origin { get; }

    public int Count => _files.Count;

    /// <summary>Reads those files of a folder that a tuned model keeps: config.json, generation_config.json, those of the tokenizer and its chat
    /// templates.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A file is too large; nothing of it is read.</exception>
    public static ModelFiles Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw NoFolder(folder);
        IEnumerable<string> names = [ModelConfig.FileName, HubFolder.GenerationConfigName, .. ModelFile.TokenizerNames, .. ModelFile.ProcessorNames];
        string templates = Path.Combine(folder, ModelFile.TemplateFolder);
        if (Directory.Exists(templates)) names = names.Concat(
            Directory.EnumerateFiles(templates, "*.jinja").Select(f => $"{ModelFile.TemplateFolder}/{Path.GetFileName(f)}").Order(StringComparer.Ordinal));
        return Read(folder, names);
    }

    /// <summary>Reads files of a folder by name, as far as they are there.</summary>
    /// <exception cref="InvalidDataException">A file is too large; nothing of it is read.</exception>
    public static ModelFiles Read(string folder, IEnumerable<string> names)
    {
        folder = Path.GetFullPath(folder);
        return new ModelFiles(folder, names
            .Select(name => (Name: name, Path: PathOf(folder, name))).Where(file => File.Exists(file.Path))
            .Select(file => new ModelFile(file.Name, RegularFile.ReadBytes(file.Path, MaxLengthOf(file.Name)))));
    }

    /// <summary>These files, with one that takes the place of another of its name or is added.</summary>
    public ModelFiles With(ModelFile file) => new(Origin, this.Where(f => f.Name != file.Name).Append(file));

    public bool Has(string name) => _contents.ContainsKey(name);

    /// <summary>The bytes of a file; null where there is none of that name.</summary>
    public byte[]? Find(string name) => _contents.GetValueOrDefault(name);

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public byte[] Get(string name) => Find(name) ?? throw new FileNotFoundException($"'{PathOf(name)}' does not exist.{Missing(name)}", PathOf(name));

    /// <summary>What a file is called in messages, whether or not it is there: its full path, where it comes from a folder.</summary>
    public string PathOf(string name) => PathOf(Origin, name);

    public IEnumerator<ModelFile> GetEnumerator() => _files.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>What is given for a model's folder and is none; what is often given is named.</summary>
    public static DirectoryNotFoundException NoFolder(string path) => File.Exists(path)
        ? new DirectoryNotFoundException($"'{path}' is a file, and a model is a folder. " + Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".gguf" => "A GGUF file is given as the model itself, where a whole one is asked for; what is asked for here lies in a folder.",
            ".zip" => "If mlContext.Model.Save wrote it, load it with mlContext.Model.Load; else unpack it.",
            ".safetensors" or ".json" => "Give the folder that the file lies in.",
            _ => "Give a folder in Hugging Face layout, with config.json, *.safetensors and tokenizer.json.",
        })
        : new DirectoryNotFoundException($"The model folder '{path}' does not exist.{PathAdvice.For(path, "model")}");

    /// <summary>What to do about a folder without the file by which it is known; empty for other files.</summary>
    private string Missing(string name)
    {
        if (!Directory.Exists(Origin)) return "";
        if (name == AdapterConfig.FileName) return File.Exists(PathOf(ModelConfig.FileName))
            ? " The folder is that of a whole model, not of an adapter: load it as a model."
            : " The folder of an adapter in PEFT layout has it, and the adapter's weights.";
        if (name != ModelConfig.FileName) return "";
        string? inside = Directory.EnumerateDirectories(Origin).Order(StringComparer.Ordinal).FirstOrDefault(f => File.Exists(Path.Combine(f, name)));
        return inside is null
            ? " The folder of a model has it, *.safetensors and tokenizer.json."
            : $" The folder {Faults.Quote(Path.GetFileName(inside))} in it is one of a model: give that.";
    }

    private static string PathOf(string origin, string name) => Path.Combine([origin, .. name.Split('/')]);

    private static long MaxLengthOf(string name) => name.EndsWith("config.json", StringComparison.Ordinal) ? ModelConfig.MaxLength : MaxLength;
}
