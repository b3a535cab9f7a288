using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>A language model inside an ML.NET model: its small files in one stream, its weights as float32 in another or in a folder beside it, an adapter on it in two more.</summary>
internal static class ModelArchive
{
    private const string FilesStream = "Files", WeightsStream = "Weights", AdapterStream = "Adapter", AdapterWeightsStream = "AdapterWeights";

    private const int MaxFiles = 1000, MaxFileBytes = 256 << 20;

    /// <exception cref="InvalidOperationException">The weights are too large for the zip.</exception>
    public static void Save(ModelSaveContext context, LanguageModel model)
    {
        long bytes = sizeof(float) * model.Decoder.ParameterCount;
        if (model.ExternalWeights is null && bytes > model.MostBytesInArchive)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The weights take {bytes} bytes; a saved model holds at most {model.MostBytesInArchive}. Set `ExternalWeights` to the name of a folder, which will lie beside the saved model."));
        context.SaveBinaryStream(FilesStream, writer =>
        {
            writer.Write(model.Files.Count);
            foreach (ModelFile file in model.Files)
            {
                byte[] content = file.ReadAll();
                writer.Write(file.Name);
                writer.Write(content.Length);
                writer.Write(content);
            }
        });
        if (model.Decoder.Adapter is { } adapter)
        {
            context.SaveBinaryStream(AdapterStream, writer => writer.Write(adapter.Config.ToJson()));
            context.SaveBinaryStream(AdapterWeightsStream, writer => SafetensorsWriter.Write(writer.BaseStream, ParameterSources.Adapter(adapter), CheckpointType.Float32));
        }
        if (model.ExternalWeights is null) context.SaveBinaryStream(WeightsStream, writer => SafetensorsWriter.Write(writer.BaseStream, ParameterSources.Base(model.Decoder), CheckpointType.Float32));
        else ExternalWeightsFolder.Save(context, model, model.ExternalWeights); // last: it replaces the folder that was there
    }

    /// <exception cref="InvalidDataException">The archive is damaged, or weights beside it were altered.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the weights is not beside the archive.</exception>
    public static LanguageModel Load(ModelLoadContext context, Device device)
    {
        List<ModelFile> files = [];
        if (!context.TryLoadBinaryStream(FilesStream, reader => files.AddRange(ReadFiles(reader)))) throw Damaged($"stream '{FilesStream}' is missing");
        using TemporaryFolder folder = TemporaryFolder.With(files);
        (string Path, string Name)? external = ExternalWeightsFolder.Find(context);
        if (external is null && !Extract(context, WeightsStream, folder, CheckpointReader.SingleFileName)) throw Damaged($"stream '{WeightsStream}' is missing");
        Decoder decoder = DecoderLoader.Load(external?.Path ?? folder.Path, device);
        try
        {
            LoadAdapter(context, decoder, folder);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
        LanguageModel model = LanguageModel.Of(decoder, files);
        model.ExternalWeights = external?.Name;
        return model;
    }

    private static void LoadAdapter(ModelLoadContext context, Decoder decoder, TemporaryFolder folder)
    {
        if (!Extract(context, AdapterStream, folder, AdapterConfig.FileName)) return;
        if (!Extract(context, AdapterWeightsStream, folder, AdapterFolder.WeightsName)) throw Damaged($"stream '{AdapterWeightsStream}' is missing");
        AdapterLoader.Load(decoder, folder.Path);
    }

    /// <returns>Whether there is such a stream.</returns>
    private static bool Extract(ModelLoadContext context, string stream, TemporaryFolder folder, string file) => context.TryLoadBinaryStream(stream, reader =>
    {
        using FileStream target = File.Create(Path.Combine(folder.Path, file));
        reader.BaseStream.CopyTo(target);
    });

    private static IEnumerable<ModelFile> ReadFiles(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count is < 1 or > MaxFiles) throw Damaged($"it claims to hold {count} files");
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            int length = reader.ReadInt32();
            if (length is < 0 or > MaxFileBytes) throw Damaged($"file '{name}' claims to have {length} bytes");
            byte[] content = reader.ReadBytes(length);
            if (content.Length != length) throw Damaged($"file '{name}' ends after {content.Length} of {length} bytes");
            yield return new ModelFile(name, () => new MemoryStream(content, writable: false));
        }
    }

    private static InvalidDataException Damaged(FormattableString what) =>
        new($"The saved SimPO model is damaged: {what.ToString(CultureInfo.InvariantCulture)}.");
}
