using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models.Gguf;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <content>As a file for llama.cpp and Ollama.</content>
public sealed partial class AlignmentTransformer
{
    /// <summary>
    /// Writes the model as a GGUF file, with tokenizer and chat template, so that llama.cpp and what is built on it open it; and beside it a <c>Modelfile</c>,
    /// with which <c>ollama create</c> takes it in. A LoRA adapter is merged into the weights. The bytes are those of llama.cpp's own converter.
    /// </summary>
    /// <remarks>
    /// Llama, Mistral, Qwen 2 and 3, Gemma 2 and 3, Phi-3, SmolLM3, Granite and OLMo 2 are written. What the format has no place for, such as Mistral's window,
    /// is a warning in the log of the <see cref="MLContext"/> where the model deviates from what its readers assume.
    /// </remarks>
    /// <param name="path">The file; it is replaced at once when everything is written. Folders above it are made.</param>
    /// <param name="type">How most weights are stored. Default 16 bits. Rows that are no multiple of 32 wide are 16 bits wide in quantised files.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> does not end in <c>.gguf</c>, or <paramref name="type"/> is none.</exception>
    /// <exception cref="NotSupportedException">The family, the tokenizer or a reward model cannot be written as GGUF.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there is as before.</exception>
    public void SaveGguf(string path, GgufType type = GgufType.F16)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Enum.IsDefined(type))
            throw new ArgumentException($"`type` is {type}, which is none. Use one of {string.Join(", ", Enum.GetNames<GgufType>())}.", nameof(type));
        if (!path.EndsWith(GgufFile.Extension, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"`path` is '{path}', but programs know GGUF files by their ending. Let it end in {GgufFile.Extension}.", nameof(path));
        string full = Path.GetFullPath(path);
        using ModelLease lease = Model.Enter();
        var export = new GgufExport(lease.Decoder, Model.Files, type.ToString(), NameOf(Model.Folder ?? full));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        export.Write(full);
        using IChannel channel = Host.Start("Saving");
        foreach (string warning in export.Warnings) channel.Warning($"'{full}': {warning}");
        if (OllamaFile.Write(full, Model) is { } kept) channel.Warning(kept);
        channel.Info($"'{full}' holds {export.Tensors.Count} tensors, most of them as {type}.");
    }

    /// <summary>Of the folder that the model came from: llama.cpp goes by it, too.</summary>
    private static string NameOf(string path) => path.EndsWith(GgufFile.Extension, StringComparison.OrdinalIgnoreCase)
        ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}
