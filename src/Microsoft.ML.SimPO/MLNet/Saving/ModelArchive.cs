using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A language model inside an ML.NET model: its small files in one stream, its weights as float32 in another or in a folder beside it, an adapter on it
/// in two more. All are read as they come; no file is made for them.
/// </summary>
internal static class ModelArchive
{
    private const string FilesStream = "Files", WeightsStream = "Weights", AdapterStream = "Adapter", AdapterWeightsStream = "AdapterWeights";

    /// <exception cref="InvalidOperationException">The weights are too large for the zip.</exception>
    public static void Save(ModelSaveContext context, LanguageModel model)
    {
        long bytes = sizeof(float) * model.Decoder.ParameterCount;
        if (model.ExternalWeights is null && bytes > model.MostBytesInArchive)
        {
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"The weights take {bytes} bytes; a saved model holds at most {model.MostBytesInArchive}. ")
                + "Set `ExternalWeights` to the name of a folder, which will lie beside the saved model.");
        }
        context.SaveBinaryStream(FilesStream, writer =>
        {
            writer.Write(model.Files.Count);
            foreach (ModelFile file in model.Files)
            {
                writer.Write(file.Name);
                writer.Write(file.Content.Length);
                writer.Write(file.Content);
            }
        });
        if (model.Decoder.Adapter is { } adapter)
        {
            context.SaveBinaryStream(AdapterStream, writer => writer.Write(adapter.Config.ToJson()));
            SaveTensors(context, AdapterWeightsStream, ParameterSources.Adapter(adapter));
        }
        if (model.ExternalWeights is null) SaveTensors(context, WeightsStream, ParameterSources.Base(model.Decoder));
        else ExternalWeightsFolder.Save(context, model, model.ExternalWeights); // last: it replaces the folder that was there
    }

    /// <exception cref="InvalidDataException">The archive is damaged, or weights beside it were altered.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the weights is not beside the archive.</exception>
    public static LanguageModel Load(ModelLoadContext context, Device device)
    {
        string origin = ArchiveFile.Of(context)?.Name ?? "saved model";
        ModelFiles files = Read(context, FilesStream, reader => new ModelFiles(origin, ReadFiles(reader, ArchiveFile.MostBytes(context, FilesStream))));
        ModelConfig config = ModelConfig.Load(files);
        ComputePlan plan = ComputePlan.On(device);
        string weights = files.PathOf(CheckpointReader.SingleFileName);
        string? external = ExternalWeightsFolder.Find(context);
        Decoder decoder = external is { } folder
            ? DecoderLoader.Load(config, () => CheckpointReader.Open(folder), plan)
            : Read(context, WeightsStream, reader => DecoderLoader.Load(config, () => OpenTensors(context, WeightsStream, reader, weights), plan));
        try
        {
            LoadAdapter(context, decoder, origin);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
        return LanguageModel.Of(decoder, files); // where a zip had its weights is not where another is to have them: whoever saves says it
    }

    private static void LoadAdapter(ModelLoadContext context, Decoder decoder, string origin)
    {
        AdapterConfig? config = null;
        if (!context.TryLoadBinaryStream(AdapterStream, reader =>
        {
            byte[] json = BoundedBytes.Read(reader.BaseStream, JsonFile.MaxLength);
            config = AdapterConfig.Load(new ModelFiles(origin, [new ModelFile(AdapterConfig.FileName, json)]));
        })) return;
        Read(context, AdapterWeightsStream, reader =>
        {
            AdapterLoader.Load(decoder, config!, OpenTensors(context, AdapterWeightsStream, reader, Path.Combine(origin, AdapterFolder.WeightsName)));
            return decoder;
        });
    }

    private static void SaveTensors(ModelSaveContext context, string stream, IReadOnlyCollection<TensorSource> tensors) =>
        context.SaveBinaryStream(stream, writer => SafetensorsWriter.Write(writer.BaseStream, tensors, CheckpointType.Float32));

    private static CheckpointStream OpenTensors(ModelLoadContext context, string stream, BinaryReader reader, string path) =>
        CheckpointStream.Open(reader.BaseStream, path, ArchiveFile.MostBytes(context, stream));

    private static T Read<T>(ModelLoadContext context, string stream, Func<BinaryReader, T> read)
        where T : class
    {
        T? content = null;
        context.TryLoadBinaryStream(stream, reader => content = read(reader));
        return content ?? throw Damaged($"stream '{stream}' is missing");
    }

    /// <param name="left">All of them together cannot have more bytes.</param>
    private static IEnumerable<ModelFile> ReadFiles(BinaryReader reader, long left)
    {
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
