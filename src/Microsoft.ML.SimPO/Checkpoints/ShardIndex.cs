using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary><c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    public const string FileName = "model.safetensors.index.json";

    private const int MostFiles = 10_000;

    private readonly string _path;
    private readonly Dictionary<string, string> _fileByTensor;

    private ShardIndex(string path, Dictionary<string, string> fileByTensor)
    {
        _path = path;
        _fileByTensor = fileByTensor;
        Files = [.. fileByTensor.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>The names of the shards, without folder, sorted.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <exception cref="InvalidDataException">The file is no index, names a file outside the folder, or one that is not there; all are named.</exception>
    public static ShardIndex Load(string path)
    {
        using JsonDocument document = JsonFile.Parse(path);
        var faults = new Faults($"'{path}'");
        var fileByTensor = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("weight_map"u8, out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"'{path}': an object with the field 'weight_map', itself an object of tensor and file names, is expected.");
        HashSet<string> files = new(StringComparer.Ordinal);
        foreach (JsonProperty property in map.EnumerateObject())
        {
            string? file = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
            if (file is null) faults.Add($"weight_map: a file name is expected for tensor {Faults.Quote(property.Name)}, found {property.Value.ValueKind}.");
            else if (!IsPlainName(file)) faults.Add($"weight_map: {Faults.Quote(file)} is not the plain name of a .safetensors file in the same folder.");
            else if (!fileByTensor.TryAdd(property.Name, file)) faults.Add($"weight_map: tensor {Faults.Quote(property.Name)} stands there twice.");
            else if (files.Add(file) && files.Count > MostFiles)
                throw new InvalidDataException(FormattableString.Invariant($"'{path}' names more than {MostFiles} files."));
        }
        string folder = Path.GetDirectoryName(path)!;
        foreach (string file in files.Where(f => !File.Exists(Path.Combine(folder, f))))
            faults.Add($"weight_map: the file {Faults.Quote(file)} is missing.");
        if (map.EnumerateObject().MoveNext() is false) faults.Add("weight_map is empty.");
        faults.ThrowIfAny();
        return new ShardIndex(path, fileByTensor);
    }

    /// <summary>All tensors of all shards by name, in whichever shard they lie.</summary>
    /// <exception cref="InvalidDataException">A tensor of the index is in no shard, or one is in two.</exception>
    public Dictionary<string, TensorEntry> Merge(IReadOnlyList<SafetensorsFile> files)
    {
        var faults = new Faults($"'{_path}'");
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (TensorEntry entry in files.SelectMany(f => f.Entries))
            if (!tensors.TryAdd(entry.Name, entry))
                faults.Add($"Tensor {Faults.Quote(entry.Name)} lies in two shards, '{Path.GetFileName(tensors[entry.Name].File)}' and "
                    + $"'{Path.GetFileName(entry.File)}'.");
        foreach ((string name, string file) in _fileByTensor)
            if (!tensors.ContainsKey(name)) faults.Add($"Tensor {Faults.Quote(name)} should lie in {Faults.Quote(file)}, but lies in no shard.");
        faults.ThrowIfAny();
        return tensors;
    }

    private static bool IsPlainName(string file) =>
        file.EndsWith(".safetensors", StringComparison.Ordinal) && file.AsSpan().IndexOfAny("/\\:\0") < 0 && file is not ("." or "..");
}
