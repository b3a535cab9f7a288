using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>A model folder in memory: weights, tokenizer, chat template, and the small files that a tuned model keeps. Independent of the folder afterwards.</summary>
internal sealed class LanguageModel : IDisposable
{
    private readonly Decoder _decoder;
    private int _disposed;

    private LanguageModel(Decoder decoder, IReadOnlyList<ModelFile> files, string folder)
    {
        (_decoder, Files) = (decoder, files);
        Tokenizer = HfTokenizer.Load(folder);
        Template = ChatTemplate.Load(folder);
        SpecialTokens = SpecialTokens.Load(folder);
        HubFolder hub = HubFolder.Open(folder);
        StoredType = hub.Config.GetStringOrNull("dtype") ?? hub.Config.GetStringOrNull("torch_dtype") ?? "float32";
        StopTokens = [.. hub.EosTokenIds.Concat(TokenOf(SpecialTokens.Eos)).Distinct()];
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Decoder Decoder
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, typeof(SimPOTransformer));
            return _decoder;
        }
    }

    public HfTokenizer Tokenizer { get; }

    public ChatTemplate? Template { get; }

    public SpecialTokens SpecialTokens { get; }

    /// <summary>config.json, those of the tokenizer and so on, held in memory.</summary>
    public IReadOnlyList<ModelFile> Files { get; }

    /// <summary>The type of the weights according to config.json.</summary>
    public string StoredType { get; }

    /// <summary>What ends an answer.</summary>
    public IReadOnlyList<int> StopTokens { get; }

    /// <summary>Sentences about what the folder holds and the model does not use.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The folder that the weights go to when a transformer of this model is saved; null for the saved file itself.</summary>
    public string? ExternalWeights { get; set; }

    /// <summary>The most bytes of weights that go into a saved file.</summary>
    public long MostBytesInArchive { get; set; } = ExternalWeightsFolder.MostBytesInside;

    public static LanguageModel Load(string folder, Device device)
    {
        List<string> notes = [];
        Decoder decoder = DecoderLoader.Load(folder, device, notes);
        LanguageModel model = Make(decoder, InMemory(ModelFile.KeptOf(folder)), folder);
        model.Notes = notes;
        return model;
    }

    /// <summary>A model whose files come from an archive. The decoder belongs to it.</summary>
    public static LanguageModel Of(Decoder decoder, IReadOnlyList<ModelFile> files)
    {
        using var folder = TemporaryFolder.With(files);
        return Make(decoder, files, folder.Path);
    }

    public TokenGenerator Generator() => new(Decoder, StopTokens);

    /// <summary>All weights under their Hugging Face names, to be written; those of an adapter are added to them.</summary>
    public IReadOnlyList<TensorSource> Tensors() => ParameterSources.Merged(Decoder);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _decoder.Dispose();
    }

    private static LanguageModel Make(Decoder decoder, IReadOnlyList<ModelFile> files, string folder)
    {
        try
        {
            return new LanguageModel(decoder, files, folder);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    private static ModelFile[] InMemory(IReadOnlyList<ModelFile> files) => [.. files.Select(f =>
    {
        byte[] content = f.ReadAll();
        return new ModelFile(f.Name, () => new MemoryStream(content, writable: false));
    })];

    private IEnumerable<int> TokenOf(string? text) => text is not null && Tokenizer.TokenId(text) is { } id ? [id] : [];
}
