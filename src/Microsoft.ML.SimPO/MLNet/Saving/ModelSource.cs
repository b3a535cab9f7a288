using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>Where the weights that a fit or a transformer begins with come from.</summary>
/// <param name="ModelPath">A folder in Hugging Face layout or one of an adapter; null or empty where one of the others says it.</param>
/// <param name="AdapterPath">The folder of an adapter that is put on the model; null for none.</param>
/// <param name="BaseModel">A model in memory, which takes the place of the folder; null for none.</param>
/// <param name="ChatTemplate">A chat template in place of the model's own; null for that.</param>
internal sealed record ModelSource(string? ModelPath, string? AdapterPath, AlignmentTransformer? BaseModel, string? ChatTemplate = null)
{
    public static ModelSource Of(PreferenceTrainerOptions options) => new(options.ModelPath, options.AdapterPath, options.BaseModel, options.ChatTemplate);

    /// <summary>The model, which belongs to the caller. What should be known of it goes to the log.</summary>
    public LanguageModel Open(IHostEnvironment environment)
    {
        TorchRuntime.EnsureLoaded();
        return Load(() => ComputePlan.On(ComputeDevice.Of(environment))).After(model =>
        {
            if (ChatTemplate is { } template) model.UseTemplate(template);
            Tell(environment, model);
        });
    }

    /// <summary>A log handler of the host's may throw: then the model is freed.</summary>
    private static void Tell(IHostEnvironment environment, LanguageModel model)
    {
        using IChannel channel = environment.RegisterOwn(AlignmentTransformer.LoaderSignature).Start("Loading");
        foreach (string note in model.Notes.Concat(GenerationConfig.Unapplied(model.Files)))
        {
            if (note.StartsWith("Warning: ", StringComparison.Ordinal)) channel.Warning(note["Warning: ".Length..]);
            else channel.Info(note);
        }
        AdapterSetup.Report(model, channel);
    }

    /// <summary>The model as a transformer, which owns it. Where none can be made of it the weights are freed.</summary>
    /// <param name="ready">What is done to the model first; null for nothing.</param>
    public AlignmentTransformer OpenTransformer(IHostEnvironment environment, ScoringOptions options, Func<LanguageModel, LanguageModel>? ready = null)
    {
        LanguageModel model = Open(environment);
        if (ready is not null) model = ready(model);
        try
        {
            options = RewardModels.Fit(model, options);
            if (options is ReferenceTrainerOptions { ReferencePath: var reference })
            {
                if (reference is not null) model.ScoreOver(reference, options.Reward);
                else if (model.Decoder.Adapter is not null) model.References = ModelReferences.OfBase(null, model);
            }
            return new AlignmentTransformer(environment, model, options);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The model once more, as it was before it was tuned; from its folder where the one in memory was disposed.</summary>
    public LanguageModel Again(ComputePlan plan)
    {
        if (BaseModel is null || !BaseModel.Model.IsDisposed) return Load(() => plan);
        string folder = BaseModel.Model.Folder ?? throw new ObjectDisposedException(nameof(AlignmentTransformer));
        return LanguageModel.Load(ModelLocation.Of(folder, AdapterPath), plan);
    }

    private LanguageModel Load(Func<ComputePlan> plan)
    {
        if (BaseModel is null) return LanguageModel.Load(ModelLocation.Of(ModelPath, AdapterPath), plan());
        LanguageModel model = BaseModel.Model.Share(withAdapter: AdapterPath is null);
        return AdapterPath is { } adapter ? model.Under(adapter) : model;
    }
}
