using Microsoft.ML.SimPO.Checkpoints.Gguf;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A LoRA adapter in PEFT layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
internal static class AdapterFolder
{
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>The weights as older versions wrote them; never read.</summary>
    public const string PickledName = "adapter_model.bin";

    /// <summary>Whether a folder is that of an adapter.</summary>
    /// <exception cref="InvalidDataException">It holds both a model and an adapter.</exception>
    public static bool IsAdapter(string folder)
    {
        if (!File.Exists(Path.Combine(folder, AdapterConfig.FileName))) return false;
        return !File.Exists(Path.Combine(folder, ModelConfig.FileName)) ? true : throw new InvalidDataException(
            $"The folder '{Path.GetFullPath(folder)}' holds both a model ({ModelConfig.FileName}) and an adapter ({AdapterConfig.FileName}). Move one of them "
                + "to another folder.");
    }

    /// <summary>
    /// The full path of the base model that an adapter's configuration names: a folder or a GGUF file, absolute, or as seen from the adapter's folder or the
    /// current one.
    /// </summary>
    /// <returns>Null where there is none.</returns>
    public static string? FindBase(string folder, string named) => named.Contains('\0', StringComparison.Ordinal) ? null
        : new[] { Path.Combine(Path.GetFullPath(folder), named), named }.Select(Path.GetFullPath)
            .FirstOrDefault(p => File.Exists(Path.Combine(p, ModelConfig.FileName)) || GgufFile.Is(p));

    /// <summary>Opens the weights of an adapter.</summary>
    /// <exception cref="FileNotFoundException">The folder holds no adapter_model.safetensors.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static CheckpointReader OpenWeights(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), WeightsName);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, PickledName)))
            throw new FileNotFoundException($"'{path}' does not exist. The adapter's weights are pickled ({PickledName}), which can run code when read: "
                + "convert them to safetensors first.", path);
        return CheckpointReader.OpenFile(path);
    }

    /// <summary>Writes an adapter: complete beside the target first, then swapped in, what was there deleted last.</summary>
    /// <param name="folder">New, empty, or that of an adapter. Files in it that belong to no adapter stay.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="tensors">Its tensors under their PEFT names, see <see cref="AdapterNames"/>; written as float32.</param>
    /// <param name="files">Files that go with it, such as the tokenizer's; none by default.</param>
    /// <param name="complete">Adds files of the caller's to the folder before it is swapped in; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the target stays as it was.</param>
    /// <exception cref="IOException">The folder cannot be written, or is that of a model or of something else.</exception>
    public static void Write(string folder, AdapterConfig config, IReadOnlyCollection<TensorSource> tensors, IEnumerable<ModelFile>? files = null,
        Action<string>? complete = null, CancellationToken cancellationToken = default)
    {
        if (File.Exists(Path.Combine(folder, ModelConfig.FileName)))
            throw new IOException(
                $"The folder '{Path.GetFullPath(folder)}' holds a model. Write the adapter to another: readers take a folder for one or the other.");
        AtomicFolder.Replace(folder, "adapter", ModelFile.IsOfAdapter, beside =>
        {
            foreach (ModelFile file in files ?? []) file.WriteTo(beside);
            File.WriteAllBytes(Path.Combine(beside, AdapterConfig.FileName), config.ToJson());
            SafetensorsWriter.Write(Path.Combine(beside, WeightsName), tensors, CheckpointType.Float32, cancellationToken);
            complete?.Invoke(beside);
        });
    }
}
