using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>
/// A model folder in memory: weights, tokenizer, chat template, and the small files that a tuned model keeps. Independent of the folder afterwards.
/// </summary>
internal sealed class LanguageModel : IDisposable
{
    /// <summary>What users hold a model in their hands as; ranks above.</summary>
    private const string HeldAs = "Microsoft.ML.SimPO.AlignmentTransformer";

    private readonly Decoder _decoder;
    private readonly Lock _gate = new();
    private int _users;
    private bool _isDisposed;

    /// <summary>Another decoder with the same tokenizer and files, which never change.</summary>
    private LanguageModel(LanguageModel source, Decoder decoder)
    {
        (_decoder, Files, Tokenizer, Template, SpecialTokens, StopTokens) =
            (decoder, source.Files, source.Tokenizer, source.Template, source.SpecialTokens, source.StopTokens);
        (Folder, StoredType) = (source.Folder, source.StoredType);
        HasNewHead = source.HasNewHead;
    }

    private LanguageModel(Decoder decoder, ModelFiles files)
    {
        ConvertedFiles completed = TokenizerReader.Complete(files);
        (_decoder, Files, Tokenizer) = (decoder, completed.Files, TokenizerReader.Read(completed));
        Template = ChatTemplate.Load(Files);
        SpecialTokens = SpecialTokens.Load(Files);
        var hub = new HubFolder(Files);
        StopTokens = [.. hub.EosTokenIds.Concat(TokenOf(SpecialTokens.Eos)).Distinct()];
        StoredType = hub.Config.StoredType;
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public Decoder Decoder
    {
        get
        {
            ThrowIfDisposed();
            return _decoder;
        }
    }

    public HfTokenizer Tokenizer { get; }

    /// <summary>Null where the model has none.</summary>
    public ChatTemplate? Template { get; private set; }

    public SpecialTokens SpecialTokens { get; }

    /// <summary>config.json, those of the tokenizer with a tokenizer.json in any case, and so on, held in memory.</summary>
    public ModelFiles Files { get; private set; }

    /// <summary><c>torch_dtype</c> of config.json (in newer ones <c>dtype</c>), the type that the weights were stored in; null where it is not said.</summary>
    public string? StoredType { get; }

    /// <summary>What messages call it.</summary>
    public string Name => Folder is null ? "The model" : $"The model '{Folder}'";

    /// <summary>Whether it rates answers, and writes none.</summary>
    public bool IsRewardModel => _decoder.Architecture.RewardHead is not null;

    /// <summary>Whether the head rates nothing yet: nobody has drawn or read its weights.</summary>
    public bool HasNewHead { get; private set; }

    /// <summary>What ends an answer.</summary>
    public IReadOnlyList<int> StopTokens { get; }

    /// <summary>Sentences about what the folder holds and the model does not use.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>What rewards over a reference model need beside the weights; null for nothing. It belongs to this.</summary>
    public ModelReferences? References { get; set; }

    public bool IsDisposed
    {
        get
        {
            lock (_gate) return _isDisposed;
        }
    }

    /// <summary>The full path of the folder or GGUF file that it was loaded from; null where it came from an archive.</summary>
    public string? Folder { get; private init; }

    /// <param name="folder">A folder in Hugging Face layout, or a GGUF file.</param>
    public static LanguageModel Load(string folder, ComputePlan plan)
    {
        if (!GgufFile.Is(folder)) AtomicFolder.Recover(folder);
        (ModelFiles files, Func<Checkpoint> openWeights) = ModelStart.Open(folder);
        List<string> notes = [];
        Decoder decoder = DecoderLoader.Load(ModelConfig.Load(files), openWeights, plan, notes);
        LanguageModel model = Make(decoder, files, files.Origin);
        model.Notes = [.. notes, .. model.Tokenizer.Remarks];
        return model;
    }

    /// <summary>A model with its adapter, if it has one.</summary>
    public static LanguageModel Load(ModelLocation location, ComputePlan plan)
    {
        LanguageModel model = Load(location.Model, plan);
        if (location.Adapter is null) return model;
        return model.Under(location.Adapter);
    }

    /// <summary>A model whose files come from an archive. The decoder belongs to it.</summary>
    public static LanguageModel Of(Decoder decoder, ModelFiles files) => Make(decoder, files, origin: null);

    /// <summary>Begins work that uses the weights, which are freed when all such work has ended and the model is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ModelLease Enter()
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            _users++;
        }
        return new ModelLease(_decoder, Leave);
    }

    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void ThrowIfDisposed()
    {
        if (!_isDisposed) return;
        throw new ObjectDisposedException(HeldAs,
            "The model was disposed and its weights are freed. Dispose it after its last use, also by what was made of it: scorers, engines, chat clients.");
    }

    /// <summary>
    /// A model of its own over the same base weights, which are in memory once and freed with the last; training it changes nothing of this one.
    /// </summary>
    /// <param name="withAdapter">Whether it gets a copy of the adapter, where there is one.</param>
    public LanguageModel Share(bool withAdapter)
    {
        using ModelLease lease = Enter();
        // A head that has still to be drawn is drawn by each for itself.
        Decoder shared = HasNewHead ? lease.Decoder.WithRewardHead(lease.Decoder.Architecture.RewardHead!) : lease.Decoder.Share();
        var model = new LanguageModel(this, shared);
        return withAdapter && lease.Decoder.Adapter is { } adapter ? model.After(m => AdapterLoader.Copy(adapter, m.Decoder)) : model;
    }

    /// <summary>
    /// The reward model over the same layers that has still to be trained: its head is new. A text ends for it before the tokenizer's padding, as in TRL; where
    /// there is none before the model's own, or else before EOS.
    /// </summary>
    /// <returns>It has the place of this model, which is disposed.</returns>
    /// <exception cref="InvalidOperationException">The model has an adapter.</exception>
    public LanguageModel AsRewardModel()
    {
        try
        {
            using ModelLease lease = Enter();
            if (lease.Decoder.Adapter is not null)
                throw new InvalidOperationException("The model has a LoRA adapter, which is a language model's. Write the two as one with "
                    + "`SaveCheckpoint`, and make a reward model of that folder.");
            int? own = TextConfig.Of(ModelConfig.Load(Files)).GetInt32OrNull("pad_token_id");
            var head = new RewardHead(Known(SpecialTokens.Pad) ?? own ?? Known(SpecialTokens.Eos));
            return new LanguageModel(this, lease.Decoder.WithRewardHead(head)) { Files = Files.With(RewardConfig.Of(Files, head)), HasNewHead = true };
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Has conversations rendered with another template, which is saved with the model.</summary>
    /// <param name="template">Its text, a file, or the name of one that the model has.</param>
    /// <exception cref="InvalidDataException">It is none of these, or not valid.</exception>
    public void UseTemplate(string template)
    {
        Files = Files.With(ChatTemplateFiles.Chosen(Files, template));
        Template = ChatTemplate.Load(Files);
    }

    /// <summary>This model, which has no adapter, under that of a folder. One of a reward model makes one of it.</summary>
    /// <returns>It has the place of this model.</returns>
    public LanguageModel Under(string adapterFolder)
    {
        string folder = Path.GetFullPath(adapterFolder);
        AdapterConfig config = null!;
        After(_ =>
        {
            AtomicFolder.Recover(folder);
            config = AdapterConfig.Load(folder);
        });
        LanguageModel model = config.IsOfRewardModel && !IsRewardModel ? AsRewardModel() : this;
        return model.After(m => m.LoadAdapter(folder, config));
    }

    private void LoadAdapter(string folder, AdapterConfig config)
    {
        using CheckpointReader reader = AdapterFolder.OpenWeights(folder);
        // A relative path means something in that folder only; a name on the hub means the same everywhere.
        bool isHere = config.BaseModel is null || AdapterFolder.FindBase(folder, config.BaseModel) is not null;
        AdapterLoader.Load(Decoder, isHere ? config with { BaseModel = Folder } : config, reader);
        if (!HasNewHead) return;
        if (!Decoder.Adapter!.Saved.Contains(Decoder.Head))
            throw new InvalidDataException($"The adapter '{folder}' is of a reward model (task_type {AdapterConfig.RewardTask}), but neither it nor the model "
                + $"below it holds the head: '{RewardHead.WeightName}' is missing.");
        HasNewHead = false;
    }

    /// <summary>This model after some work; freed when that fails.</summary>
    public LanguageModel After(Action<LanguageModel> work)
    {
        try
        {
            work(this);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>From now on rewards are over the model in a folder.</summary>
    /// <exception cref="InvalidDataException">It is another one than that which the model was tuned with.</exception>
    public void ScoreOver(string folder, IReward reward)
    {
        LanguageModel reference = Load(ModelLocation.Of(folder, null), ComputePlan.Of(Decoder)).After(loaded =>
        {
            if (References?.Known is { } known && known.Model != ReferenceFingerprint.Of(loaded.Decoder, loaded.Files, reward))
                throw new InvalidDataException(
                    $"'{folder}' is not the reference model that the model was tuned with: its configuration or its weights are others. "
                    + "Name the folder of that one.");
        });
        References = ModelReferences.Over(References?.Known, reference);
    }

    /// <summary>Frees the weights, or where they are in use has the last who uses them free them. Whoever comes later gets an error.</summary>
    public void Dispose()
    {
        bool isFree;
        lock (_gate) (isFree, _isDisposed) = (!_isDisposed && _users == 0, true);
        if (isFree) Free();
    }

    private void Leave()
    {
        bool isFree;
        lock (_gate) isFree = --_users == 0 && _isDisposed;
        if (isFree) Free();
    }

    private void Free()
    {
        References?.Dispose();
        _decoder.Dispose();
    }

    private static LanguageModel Make(Decoder decoder, ModelFiles files, string? origin)
    {
        try
        {
            return new LanguageModel(decoder, files) { Folder = origin };
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    private IEnumerable<int> TokenOf(string? text) => Known(text) is { } id ? [id] : [];

    private int? Known(string? text) => text is null ? null : Tokenizer.TokenId(text);
}
