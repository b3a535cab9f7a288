using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models.Gguf;
using Microsoft.ML.SimPO.Text.Gguf;

namespace Microsoft.ML.SimPO.Models;

/// <summary>What a model starts from: a folder in Hugging Face layout, or a GGUF file, of which the same files are made.</summary>
/// <param name="Files">config.json, those of the tokenizer and its chat template.</param>
/// <param name="OpenWeights">Opens the weights under their Hugging Face names.</param>
internal sealed record ModelStart(ModelFiles Files, Func<Checkpoint> OpenWeights)
{
    /// <exception cref="DirectoryNotFoundException">There is no such folder or file.</exception>
    /// <exception cref="InvalidDataException">A file is too large or damaged.</exception>
    /// <exception cref="NotSupportedException">A GGUF file is of a family, or has a tokenizer, that is not read.</exception>
    public static ModelStart Open(string path)
    {
        if (!GgufFile.Is(path))
        {
            ModelFiles files = ModelFiles.Read(path);
            return new(files, () => CheckpointReader.Open(files.Origin));
        }
        using GgufFile file = GgufFile.Open(path);
        var made = new ModelFiles(file.Path, [GgufConfigReader.Read(file, GgufFamilies.Of(file.Metadata)), .. GgufTokenizerReader.Read(file.Metadata)]);
        return new(made, () => GgufCheckpoint.Open(made.Origin, ModelConfig.Load(made)));
    }

    /// <summary>The configuration alone.</summary>
    /// <inheritdoc cref="Open"/>
    public static ModelConfig ConfigOf(string path)
    {
        if (!GgufFile.Is(path)) return ModelConfig.Load(path);
        using GgufFile file = GgufFile.Open(path);
        return ModelConfig.Load(new ModelFiles(file.Path, [GgufConfigReader.Read(file, GgufFamilies.Of(file.Metadata))]));
    }
}
