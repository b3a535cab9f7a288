using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A language model inside an ML.NET model: its small files in one stream, its weights as float32 in another or in a folder beside it, an adapter on it
/// in two more. All are read as they come; no file is made for them.
/// </summary>
internal static class ModelArchive
{
    private const string FilesStream = "Files", WeightsStream = "Weights", AdapterStream = "Adapter", AdapterWeightsStream = "AdapterWeights";

    /// <param name="decoder">That of the model.</param>
    /// <param name="external">The folder for the weights; null for the zip itself.</param>
    /// <param name="mostBytes">The most bytes of weights that go into a zip.</param>
    /// <exception cref="InvalidOperationException">The weights are too large for the zip.</exception>
    public static void Save(ModelSaveContext context, LanguageModel model, Decoder decoder, string? external, long mostBytes)
    {
        long bytes = sizeof(float) * decoder.ParameterCount;
        if (external is null && bytes > mostBytes)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"The weights take {bytes} bytes; a saved model holds at most {mostBytes}. ")
                + "Set `ExternalWeights` to the name of a folder, which will lie beside the saved model.");
        }
        var hashes = new ArchiveHashes();
        hashes.Save(context, FilesStream, stream => Write(stream, model.Files));
        if (decoder.Adapter is { } adapter)
        {
            hashes.Save(context, AdapterStream, stream => stream.Write(adapter.Config.ToJson()));
            SaveTensors(AdapterWeightsStream, ParameterSources.Adapter(adapter));
        }
        if (external is null) SaveTensors(WeightsStream, ParameterSources.Base(decoder));
        hashes.Write(context);
        if (external is not null) ExternalWeightsFolder.Save(context, model, decoder, external); // last: it replaces the folder that was there

        void SaveTensors(string name, IReadOnlyCollection<TensorSource> tensors) =>
            hashes.Save(context, name, stream => SafetensorsWriter.Write(stream, tensors, CheckpointType.Float32));
    }

    /// <exception cref="InvalidDataException">The archive is damaged, or weights beside it were altered.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the weights is not beside the archive.</exception>
    public static LanguageModel Load(ModelLoadContext context, Device device)
    {
        string origin = ArchiveFile.Of(context)?.Name ?? "saved model";
        var hashes = new ArchiveHashes(context, origin);
        ModelFiles files = Read(
            context, hashes, FilesStream, stream => new ModelFiles(origin, ReadFiles(stream, ArchiveFile.MostBytes(context, FilesStream))));
        ModelConfig config = ModelConfig.Load(files);
        ComputePlan plan = ComputePlan.On(device);
        string weights = files.PathOf(CheckpointReader.SingleFileName);
        string? external = ExternalWeightsFolder.Find(context);
        Decoder decoder = external is { } folder
            ? DecoderLoader.Load(config, () => CheckpointReader.Open(folder), plan)
            : Read(context, hashes, WeightsStream, stream => DecoderLoader.Load(config, () => OpenTensors(context, WeightsStream, stream, weights), plan));
        try
        {
            LoadAdapter(context, hashes, decoder, origin);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
        return LanguageModel.Of(decoder, files); // where a zip had its weights is not where another is to have them: whoever saves says it
    }

    private static void LoadAdapter(ModelLoadContext context, ArchiveHashes hashes, Decoder decoder, string origin)
    {
        AdapterConfig? config = hashes.Load(context, AdapterStream, stream => AdapterConfig.Load(
            new ModelFiles(origin, [new ModelFile(AdapterConfig.FileName, BoundedBytes.Read(stream, ModelConfig.MaxLength))])));
        if (config is null) return;
        Read(context, hashes, AdapterWeightsStream, stream =>
        {
            string path = Path.Combine(origin, AdapterFolder.WeightsName);
            AdapterLoader.Load(decoder, config, OpenTensors(context, AdapterWeightsStream, stream, path));
            return config;
        });
    }

    private static T Read<T>(ModelLoadContext context, ArchiveHashes hashes, string stream, Func<Stream, T> read)
        where T : class => hashes.Load(context, stream, read) ?? throw Damaged($"stream '{stream}' is missing");

    private static CheckpointStream OpenTensors(ModelLoadContext context, string name, Stream stream, string path) =>
        CheckpointStream.Open(stream, path, ArchiveFile.MostBytes(context, name));

    private static void Write(Stream stream, ModelFiles files)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(files.Count);
        foreach (ModelFile file in files)
        {
            writer.Write(file.Name);
            writer.Write(file.Content.Length);
            writer.Write(file.Content);
        }
    }

    /// <param name="left">All of them together cannot have more bytes.</param>
    private static IEnumerable<ModelFile> ReadFiles(Stream stream, long left)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        int count = reader.ReadInt32();
        if (count is < 1 or > ModelFiles.MaxCount) throw Damaged($"it claims to hold {count} files");
        for (int i = 0; i < count; i++)
        {
            string name = BoundedBytes.ReadText(reader);
            int length = reader.ReadInt32();
            if (length < 0 || length > Math.Min(ModelFiles.MaxLength, left)) throw Damaged($"file '{name}' claims to have {length} bytes");
            byte[] content = BoundedBytes.Read(reader.BaseStream, length);
            if (content.Length != length) throw Damaged($"file '{name}' ends after {content.Length} of {length} bytes");
            left -= length;
            yield return new ModelFile(name, content);
        }
    }

    private static InvalidDataException Damaged(FormattableString what) =>
        new($"The saved SimPO model is damaged: {what.ToString(CultureInfo.InvariantCulture)}.");
}
