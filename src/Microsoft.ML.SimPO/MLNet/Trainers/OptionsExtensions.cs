using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO;

/// <summary>What the options mean to the ranks below.</summary>
internal static class OptionsExtensions
{
    /// <summary>A copy of the same class.</summary>
    public static TOptions Copy<TOptions>(this TOptions options)
        where TOptions : ScoringOptions => (TOptions)options.Clone();

    public static TrainingSettings Settings(this PreferenceTrainerOptions options, Decoder decoder) => new()
    {
        LearningRate = options.LearningRate,
        Scheduler = options.LearningRateScheduler,
        WarmupRatio = options.WarmupRatio,
        WarmupSteps = options.WarmupSteps,
        MaxGradNorm = options.MaxGradNorm,
        AdamW = new AdamWSettings(
            options.WeightDecay, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.Profile.DecaysNorms(decoder.Architecture.ModelType),
            options.Profile.Float32Norm),
        Weighting = options.Profile.Weighting(options.PairsPerMicroBatch, options.BatchSize, options.CrossEntropy),
        Plan = options.Plan(ComputePlan.Of(decoder)),
        LookUpPadding = options.Profile.LooksUpPadding,
        ReportsNextRate = options.Profile.ReportsNextRate,
        RouterLossWeight = options.RouterLossWeight,
    };

    /// <summary>Why the routers of a model cannot be balanced; null where they can, or nobody asks for it.</summary>
    public static string? RouterLossFault(this PreferenceTrainerOptions options, DecoderArchitecture architecture) =>
        options.RouterLossWeight == 0 || architecture.HasExperts
            ? null
            : FormattableString.Invariant($"`RouterLossWeight` must be 0 with a model without experts, but was {options.RouterLossWeight}: ")
                + $"'{architecture.ModelType}' has no routers. Use 0.";

    /// <param name="model">Where the model is computed, and in which numbers.</param>
    public static ComputePlan Plan(this ScoringOptions options, ComputePlan model) => model with
    {
        TokensPerPass = options.TokensPerMicroBatch,
        Recompute = options is PreferenceTrainerOptions { GradientCheckpointing: true },
    };

    /// <summary>What the diagnosis of a run knows of it.</summary>
    public static DiagnosedRun Diagnosed(this PreferenceTrainerOptions options) => new(options.BatchSize, options.LearningRate)
    {
        Anchor = options.AnchorOption,
        Beta = options.TargetRatio is null ? null : options.Beta,
        TargetRatio = options.TargetRatio ?? 0,
        HasZeroGradients = options.HasZeroGradients,
        HasTokenMeans = options.Reward.ScoredTokens != ScoredTokens.Ends,
    };

    public static StepPlanner Planner(this PreferenceTrainerOptions options, IReadOnlyList<EncodedPrompt> pairs) =>
        new(pairs, options.BatchSize, options.TokensPerMicroBatch)
        {
            PairsPerMicroBatch = options.Profile.PairsPerMicroBatch(options.PairsPerMicroBatch, options.BatchSize),
            DropLast = options.DropLast,
            KeepsPromptsTogether = options.KeepPromptsTogether,
            EpochEnd = options.Profile.EpochEnd,
            Rows = options.PackedRows(pairs),
        };

    /// <summary>Pairs in a batch of an evaluation; null for all in one, so that each weighs the same.</summary>
    public static int? PairsPerEvaluation(this PreferenceTrainerOptions options) =>
        options.Profile.EvaluatesInBatches ? options.PairsPerEvaluationBatch ?? options.PairsPerMicroBatch ?? options.BatchSize : null;

    /// <param name="everyRow">Empty answers are kept and long ones cut, so that every row has a score; training refuses and drops them.</param>
    public static PreferenceEncoder Encoder(this LanguageModel model, ScoringOptions options, bool everyRow = false) =>
        new(model.Tokenizer, model.SpecialTokens, model.Template, options.Encoding(everyRow) with
        {
            KeepsTail = model.IsRewardModel,
            EmbeddingRows = model.Decoder.Architecture.VocabularySize,
        });

    /// <summary>How rows become ids.</summary>
    /// <inheritdoc cref="Encoder"/>
    public static PreferenceEncoderOptions Encoding(this ScoringOptions options, bool everyRow = false) => new()
    {
        MaxLength = options.MaxLength,
        MaxPromptLength = options.MaxPromptLength,
        ApplyChatTemplate = options.ApplyChatTemplate,
        ControlTokens = options.ControlTokens,
        Preparation = options.Profile.Preparation,
        EmptyAnswers = everyRow ? EmptyAnswers.Keep
            : options is PreferenceTrainerOptions { DropEmptyAnswers: true } ? EmptyAnswers.Drop : EmptyAnswers.Refuse,
        LongAnswers = everyRow ? LongAnswers.Cut : LongAnswers.Drop,
        LeavesOutCut = options.Profile.LeavesOutLong && !everyRow,
    };
}
