namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes a tuned model as a Hugging Face folder, in the layout of the model it came from.</summary>
internal sealed class CheckpointWriter
{
    /// <summary>5 GB, as Hugging Face has it.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    private readonly IReadOnlyList<ModelFile> _files;

    /// <param name="sourceFolder">The model that was tuned; it may be the folder that is written to.</param>
    /// <exception cref="FileNotFoundException">The folder holds no config.json.</exception>
    public CheckpointWriter(string sourceFolder)
        : this(ModelFile.KeptOf(sourceFolder))
    {
    }

    /// <param name="files">The files that are kept: config.json, and what the tokenizer and generation need.</param>
    public CheckpointWriter(IReadOnlyList<ModelFile> files) => _files = files;

    /// <summary>Float32, the default, or BFloat16, which rounds to nearest and so takes back updates smaller than its step.</summary>
    public CheckpointType Type { get; init; } = CheckpointType.Float32;

    /// <summary>The most bytes of weights in one file; above it there are shards and an index. Default 5 GB.</summary>
    public long MaxShardBytes { get; init; } = DefaultMaxShardBytes;

    /// <summary>Writes the folder: complete beside the target first, then swapped in, what was there deleted last.</summary>
    /// <param name="targetFolder">New, empty, or that of a model. Files in it that belong to no model stay.</param>
    /// <param name="tensors">All weights, in the order of the model, under their Hugging Face names.</param>
    /// <param name="cancellationToken">Ends the work; the target stays as it was.</param>
    /// <exception cref="IOException">The target cannot be written, or is the folder of an adapter or of something else.</exception>
    public void Write(string targetFolder, IReadOnlyList<TensorSource> tensors, CancellationToken cancellationToken = default)
    {
        var plan = new ShardPlan(tensors, Type, MaxShardBytes);
        if (File.Exists(Path.Combine(targetFolder, AdapterConfig.FileName)))
            throw new IOException($"The folder '{Path.GetFullPath(targetFolder)}' holds an adapter. Write the model to another: readers take a folder for one or the other.");
        AtomicFolder.Replace(targetFolder, "model", ModelFile.IsOfModel, folder =>
        {
            foreach (ModelFile file in _files) Copy(file, folder);
            foreach ((string name, IReadOnlyList<TensorSource> shard) in plan.Files)
                SafetensorsWriter.Write(Path.Combine(folder, name), shard, Type, cancellationToken);
            if (plan.Files.Count > 1) File.WriteAllBytes(Path.Combine(folder, ShardIndex.FileName), plan.WriteIndex());
        });
    }

    private void Copy(ModelFile file, string folder)
    {
        if (file.Name != ModelConfig.FileName) file.CopyTo(folder);
        else File.WriteAllBytes(file.PathIn(folder), ConfigRewriter.WithType(file.ReadAll(), Type));
    }
}
