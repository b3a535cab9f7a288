namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a tuned model as a Hugging Face folder, in the layout of the model it came from.</summary>
internal sealed class CheckpointWriter
{
    /// <summary>5 GB, as Hugging Face has it.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    private const string Kind = "model";

    private readonly ModelFiles _files;

    /// <param name="sourceFolder">The model that was tuned; it may be the folder that is written to.</param>
    /// <exception cref="FileNotFoundException">The folder holds no config.json.</exception>
    public CheckpointWriter(string sourceFolder)
        : this(KeptOf(sourceFolder)) => SourceFolder = sourceFolder;

    /// <param name="files">The files that are kept: config.json, and what the tokenizer and generation need.</param>
    public CheckpointWriter(ModelFiles files) => _files = files;

    /// <summary>Float32, the default, or BFloat16, which rounds to nearest and so takes back updates smaller than its step.</summary>
    public CheckpointType Type { get; init; } = CheckpointType.Float32;

    /// <summary>The model that was tuned, against which it is counted what rounding puts back; null for no count.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>Whether what else the checkpoint holds is left out, as in the state of a run. Default: it is copied.</summary>
    public bool TunedAlone { get; init; }

    /// <summary>The most bytes of weights in one file; above it there are shards and an index. Default 5 GB.</summary>
    public long MaxShardBytes { get; init; } = DefaultMaxShardBytes;

    /// <summary>Writes the folder: complete beside the target first, then swapped in, what was there deleted last.</summary>
    /// <param name="targetFolder">New, empty, or that of a model. Files in it that belong to no model stay.</param>
    /// <param name="tensors">All weights, in the order of the model, under their Hugging Face names.</param>
    /// <param name="complete">Adds files of the caller's to the folder before it is swapped in; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the target stays as it was.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="IOException">The target cannot be written, or is the folder of an adapter or of something else.</exception>
    public CheckpointSummary Write(
        string targetFolder, IReadOnlyList<TensorSource> tensors, Action<string>? complete = null, CancellationToken cancellationToken = default)
    {
        using CheckpointReader? others = OpenOthers();
        var plan = new ShardPlan(WithOthers(tensors, others), Type, MaxShardBytes);
        RoundingCount? rounding = null;
        CheckTarget(targetFolder);
        AtomicFolder.Replace(targetFolder, Kind, ModelFile.IsOfModel, folder =>
        {
            rounding = Fill(folder, plan, cancellationToken);
            complete?.Invoke(folder);
        });
        return new CheckpointSummary(plan.Files.Count, plan.Parameters, plan.Bytes, rounding?.Changed, rounding?.PutBack);
    }

    /// <summary>Writes the folder beside the target, which is as it was until the caller publishes the new one.</summary>
    /// <param name="journal">The full path of the journal of what is published together with the folder; null for none.</param>
    /// <inheritdoc cref="Write"/>
    public FolderReplacement Prepare(string targetFolder, IReadOnlyList<TensorSource> tensors, string? journal = null)
    {
        var plan = new ShardPlan(tensors, Type, MaxShardBytes);
        CheckTarget(targetFolder);
        return AtomicFolder.Prepare(targetFolder, Kind, ModelFile.IsOfModel, folder => Fill(folder, plan, CancellationToken.None), journal);
    }

    /// <summary>What the checkpoint holds beside what was tuned, byte for byte: of a multimodal one all that belongs to images.</summary>
    private static IReadOnlyList<TensorSource> WithOthers(IReadOnlyList<TensorSource> tensors, CheckpointReader? source)
    {
        if (source is null) return tensors;
        HashSet<string> own = [.. tensors.Select(t => t.Name)];
        return [.. tensors, .. source.Tensors.Values.Where(e => !own.Contains(e.Name)).Select(e => TensorSource.Copy(source, e))];
    }

    /// <summary>The checkpoint that was tuned, where it holds more than text; null where it does not.</summary>
    /// <exception cref="IOException">It is not there any more.</exception>
    private CheckpointReader? OpenOthers()
    {
        if (TunedAlone || !_files.Has(ModelConfig.FileName) || !ModelConfig.Load(_files).Has("text_config")) return null;
        if (SourceFolder is not null && Directory.Exists(SourceFolder)) return CheckpointReader.Open(SourceFolder);
        string where = SourceFolder is null ? "is a zip" : $"'{Path.GetFullPath(SourceFolder)}' is gone";
        throw new IOException(
            $"The model is the text part of a multimodal checkpoint, whose other parts are copied from where it was loaded; but that {where}. "
            + "Load the model from its folder, and save it while that is there.");
    }

    private static ModelFiles KeptOf(string folder)
    {
        folder = Path.GetFullPath(folder);
        string config = Path.Combine(folder, ModelConfig.FileName);
        return File.Exists(config)
            ? ModelFiles.Read(folder)
            : throw new FileNotFoundException($"The folder '{folder}' holds no '{ModelConfig.FileName}'.", config);
    }

    private static void CheckTarget(string folder)
    {
        if (File.Exists(Path.Combine(folder, AdapterConfig.FileName)))
            throw new IOException(
                $"The folder '{Path.GetFullPath(folder)}' holds an adapter. Write the model to another: readers take a folder for one or the other.");
    }

    private RoundingCount? Fill(string folder, ShardPlan plan, CancellationToken cancellationToken)
    {
        foreach (ModelFile file in _files) Copy(file, folder);
        using CheckpointReader? source = OpenSource();
        RoundingCount? rounding = source is null ? null : new RoundingCount(source);
        foreach ((string name, IReadOnlyList<TensorSource> shard) in plan.Files)
        {
            using FileStream stream = new(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            SafetensorsWriter.Write(stream, shard, Type, rounding, cancellationToken);
        }
        if (plan.Files.Count > 1) File.WriteAllBytes(Path.Combine(folder, ShardIndex.FileName), plan.WriteIndex());
        return rounding;
    }

    /// <summary>The weights before tuning, where rounding may put some of them back and they are at hand.</summary>
    private CheckpointReader? OpenSource()
    {
        if (Type != CheckpointType.BFloat16 || SourceFolder is null) return null;
        try
        {
            return CheckpointReader.Open(SourceFolder);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // They only serve to count; a model can be saved after its source is gone.
            return null;
        }
    }

    private void Copy(ModelFile file, string folder)
    {
        if (file.Name != ModelConfig.FileName) file.WriteTo(folder);
        else File.WriteAllBytes(file.PathIn(folder), ConfigRewriter.WithType(file.Content, Type));
    }
}
