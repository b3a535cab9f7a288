using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>The weights of a Hugging Face model folder, or of one safetensors file: names, shapes, and reading them into memory of the caller's.</summary>
/// <remarks>Reading is thread safe and holds no more than a block a thread. Nothing is read before it is asked for but the headers.</remarks>
internal sealed unsafe class CheckpointReader : Checkpoint
{
    /// <summary>The name of the only weight file, or of all of them where there is an index.</summary>
    public const string SingleFileName = "model.safetensors";

    private readonly Dictionary<string, SafetensorsFile> _files;
    private readonly BlockReader _blocks;

    private CheckpointReader(string path, IReadOnlyList<SafetensorsFile> files, Dictionary<string, TensorEntry> tensors)
        : base(path, tensors)
    {
        _files = files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        _blocks = new BlockReader(_files);
    }

    /// <summary>A warning where the folder holds the weights twice; else null.</summary>
    public string? Ambiguity { get; private init; }

    /// <summary>Opens <c>model.safetensors</c> of a folder, or the shards that <c>model.safetensors.index.json</c> names.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds neither of the two files.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the shards and their index do not agree.</exception>
    public static CheckpointReader Open(string folder)
    {
        folder = System.IO.Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"The model folder '{folder}' does not exist.");
        string single = System.IO.Path.Combine(folder, SingleFileName);
        string index = System.IO.Path.Combine(folder, ShardIndex.FileName);
        if (File.Exists(single)) return OpenFile(single, File.Exists(index));
        if (!File.Exists(index)) throw new FileNotFoundException(DescribeMissing(folder), single);
        return OpenShards(folder, ShardIndex.Load(index));
    }

    /// <summary>Opens one safetensors file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static CheckpointReader OpenFile(string path) => OpenFile(path, besideShards: false);

    private static CheckpointReader OpenFile(string path, bool besideShards)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        return new CheckpointReader(file.Path, [file], file.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal))
        {
            Ambiguity = besideShards
                ? $"Warning: '{System.IO.Path.GetDirectoryName(file.Path)}' holds both '{SingleFileName}' and shards with '{ShardIndex.FileName}'. " +
                    $"'{SingleFileName}' is used; delete what is old."
                : null,
        };
    }

    /// <summary>Reads one tensor as float32, on several threads where it is large.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="destination">Room for <paramref name="count"/> values.</param>
    /// <param name="count">The number of its elements.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it has another number of elements, or a type that does not convert.</exception>
    public void ReadFloat32(string name, float* destination, long count) => ReadFloat32([new TensorTarget(name, (nint)destination, count)]);

    /// <summary>Reads a part of a tensor as float32, on this thread.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="start">The first element, row-major.</param>
    /// <param name="destination">Room for <paramref name="count"/> values.</param>
    /// <param name="count">The number of elements.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, it is shorter, or of a type that does not convert.</exception>
    public void ReadFloat32(string name, long start, float* destination, long count)
    {
        TensorEntry entry = Find(name);
        if (start < 0 || count < 0 || start > entry.Count - count || !entry.Type.ConvertsToFloat32)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{entry.File}': elements {start} to {start + count} of tensor {Faults.Quote(name)}, ")
                + $"{entry.Type.HeaderName} {Faults.Describe(entry.Shape)}, cannot be read as float32.");
        _blocks.ReadPart(entry, start, destination, count);
    }

    /// <summary>One tensor as float32 in an array of its own, for small ones.</summary>
    public float[] ReadFloat32(string name)
    {
        var values = new float[Find(name).Count];
        fixed (float* destination = values) ReadFloat32(name, destination, values.Length);
        return values;
    }

    /// <summary>Reads the bytes of a tensor as they are.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="destination">Room for <paramref name="bytes"/> bytes.</param>
    /// <param name="bytes">Must be the tensor's own.</param>
    /// <exception cref="InvalidDataException">There is no such tensor, or it has another length.</exception>
    public void ReadRaw(string name, void* destination, long bytes)
    {
        TensorEntry entry = Find(name);
        if (entry.ByteLength != bytes)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{entry.File}': tensor {Faults.Quote(name)} takes {entry.ByteLength} bytes; {bytes} were expected."));
        _files[entry.File].Read(destination, bytes, entry.Offset);
    }

    /// <summary>Reads some of the bytes of a tensor as they are.</summary>
    /// <param name="start">The first byte, from the tensor's own.</param>
    /// <param name="destination">Room for <paramref name="bytes"/> bytes.</param>
    internal void ReadRaw(TensorEntry entry, long start, void* destination, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + bytes, entry.ByteLength);
        _files[entry.File].Read(destination, bytes, entry.Offset + start);
    }

    public override void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values) file.Dispose();
    }

    private protected override void Read(List<(TensorEntry Entry, TensorTarget Target)> tensors, CancellationToken cancellationToken) =>
        _blocks.Read(tensors, cancellationToken);

    private static CheckpointReader OpenShards(string folder, ShardIndex index)
    {
        var files = new List<SafetensorsFile>();
        try
        {
            long tensors = 0;
            foreach (string name in index.Files)
            {
                files.Add(SafetensorsFile.Open(System.IO.Path.Combine(folder, name)));
                if ((tensors += files[^1].Entries.Count) > SafetensorsHeader.MostTensors)
                    throw new InvalidDataException(FormattableString.Invariant($"'{folder}' holds more than {SafetensorsHeader.MostTensors} tensors."));
            }
            return new CheckpointReader(folder, files, index.Merge(files));
        }
        catch
        {
            foreach (SafetensorsFile file in files) file.Dispose();
            throw;
        }
    }

    private static string DescribeMissing(string folder)
    {
        if (RunFolders.Describe(folder) is { } run) return $"The folder '{folder}' holds neither '{SingleFileName}' nor '{ShardIndex.FileName}'. {run}";
        bool pickled = Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any();
        return $"The folder '{folder}' holds neither '{SingleFileName}' nor '{ShardIndex.FileName}'." +
            (pickled ? " Its weights are pickled (pytorch_model*.bin), which can run code when read: convert them to safetensors first." : "");
    }
}
