using System.Diagnostics;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Gives the pairs of a fit what the reference model gives to them: from the run's folder, from another fit that shares its model, or computed now, by the
/// model before its first step or by the one that the options name.
/// </summary>
/// <param name="folder">The run's folder; null where nothing is kept.</param>
internal sealed class FitReferences(
    LanguageModel model, ReferenceTrainerOptions options, IReward reward, RunFolder? folder, ITrainingLog log) : IDisposable
{
    private LanguageModel? _other;
    private ReferenceTable? _table;

    /// <summary>Null for a loss that needs none.</summary>
    public static FitReferences? Of(LanguageModel model, PreferenceTrainerOptions options, IAlignmentLoss loss, RunFolder? folder, ITrainingLog log)
    {
        if (!loss.NeedsReference || options is not ReferenceTrainerOptions over) return null;
        var references = new FitReferences(model, over, loss.Reward, folder, log);
        references.Begin();
        return references;
    }

    private LanguageModel Reference => _other ?? model;

    /// <summary>The fingerprint of the reference model.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>Opens the reference model and looks for what is known.</summary>
    private void Begin()
    {
        if (options.ReferencePath is { } path) _other = Open(path);
        Fingerprint = ReferenceFingerprint.Of(Reference.Decoder, Reference.Files, reward);
        bool isGiven = options.ReferenceChosenColumnName is not null; // by whatever model: what is kept of this one is not mixed with that
        ReferenceTable Find() => folder is null || isGiven
            ? new ReferenceTable(Fingerprint, reward.WeighsTokens)
            : ReferenceFile.Read(folder.Path, Fingerprint, reward.WeighsTokens, log.Info);
        _table = isGiven ? Find() : options.ReferenceTables?.GetOrAdd(Fingerprint, _ => Find()) ?? Find();
    }

    /// <summary>The same pairs with what the reference model gives to them. What is computed is kept.</summary>
    /// <param name="validation">Null for none.</param>
    public (RunData Training, RunData? Validation) Fill(RunData training, RunData? validation, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var scorer = new ReferenceScorer(_table!, reward, options.TokensPerMicroBatch);
        CheckVocabulary(training.Pairs.Concat(validation?.Pairs ?? []));
        RunData Filled(RunData data) => data with { Pairs = scorer.Fill(data.Pairs, () => Reference.Decoder, cancellationToken) };
        (training, validation) = (Filled(training), validation is null ? null : Filled(validation));
        int all = training.Pairs.Count + (validation?.Pairs.Count ?? 0);
        string source = options.ReferenceChosenColumnName is { } column ? $"column '{column}'" : $"'{ReferenceFile.Name}' or memory";
        log.Info(scorer.Computed == 0
            ? FormattableString.Invariant($"Reference log-probabilities of {all} prompts were there already, in {source}.")
            : FormattableString.Invariant($"Reference log-probabilities of {scorer.Computed} of {all} prompts computed in {clock.Elapsed.TotalSeconds:F1} s."));
        if (scorer.Computed > 0 && folder is not null && options.ReferenceChosenColumnName is null) ReferenceFile.Write(folder.Path, _table!);
        return (training, validation);
    }

    /// <summary>What the tuned model scores with.</summary>
    public ModelReferences Keep()
    {
        if (options.ReferencePath is { } path) return new ModelReferences(_table, () => Checked(Open(path)));
        if (options.Lora is not null) return ModelReferences.OfBase(_table, model);
        return new ModelReferences(_table, () => Checked(ModelSource.Of(options).Again(ComputePlan.Of(model.Decoder))));
    }

    /// <summary>The reference model of another folder is not needed any more.</summary>
    public void Dispose() => _other?.Dispose();

    /// <summary>A folder may have been written to since, and a model in memory may have had an adapter that its folder does not have.</summary>
    private LanguageModel Checked(LanguageModel reference)
    {
        if (ReferenceFingerprint.Of(reference.Decoder, reference.Files, reward) == Fingerprint) return reference;
        string? folder = reference.Folder;
        reference.Dispose();
        throw new InvalidOperationException(
            $"The reference model is not what it was when the model was tuned, or lies elsewhere now: '{folder}' holds another one. "
            + "Name its folder: `model.WithReference(\"its folder\")`.");
    }

    private LanguageModel Open(string path) => LanguageModel.Load(ModelLocation.Of(path, null), ComputePlan.Of(model.Decoder))
        .After(other => RewardModels.RequireLanguageModel(other, "a reference is a model that writes answers"));

    private void CheckVocabulary(IEnumerable<EncodedPrompt> prompts)
    {
        if (_other is null) return;
        int vocabulary = (int)_other.Decoder.Architecture.VocabularySize;
        if (prompts.FirstOrDefault(p => p.Answers.Any(a => a.Ids.Any(id => id >= vocabulary))) is not { } beyond) return;
        throw new InvalidOperationException(FormattableString.Invariant(
            $"Row {beyond.Row} has a token that the reference model in '{options.ReferencePath}' does not know: its vocabulary has {vocabulary} tokens.")
            + " Name a model with the vocabulary of the one that is tuned.");
    }
}
