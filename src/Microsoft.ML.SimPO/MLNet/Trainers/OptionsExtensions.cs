using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>What the options mean to the ranks below.</summary>
internal static class OptionsExtensions
{
    public static IAlignmentLoss Loss(this SimPOTrainer.Options options) =>
        new SimPOLoss(options.Beta, options.GammaBetaRatio, options.LossType, options.LabelSmoothing, options.SftWeight,
            options.Compatibility == Compatibility.None ? options.SftNormalization : SftNormalization.MicroBatchTokens);

    public static TrainingSettings Settings(this SimPOTrainer.Options options, Decoder decoder) => new()
    {
        LearningRate = options.LearningRate,
        Scheduler = options.LearningRateScheduler,
        WarmupRatio = options.WarmupRatio,
        WarmupSteps = options.WarmupSteps,
        MaxGradNorm = options.MaxGradNorm,
        AdamW = new AdamWSettings(options.WeightDecay, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, NormDecay.Applies(decoder.Architecture.ModelType, options.Compatibility),
            Float32Norm: options.Compatibility != Compatibility.None),
        Weighting = options.Weighting(),
        Plan = options.Plan(ComputePlan.Of(decoder)),
        LookUpPadding = options.Compatibility == Compatibility.None,
        ReportsNextRate = options.Compatibility == Compatibility.SimPOReference,
    };

    /// <param name="model">Where the model is computed, and in which numbers.</param>
    public static ComputePlan Plan(this SimPOTrainer.Options options, ComputePlan model) =>
        model with { TokensPerPass = options.TokensPerMicroBatch, Recompute = options.GradientCheckpointing };

    public static StepPlanner Planner(this SimPOTrainer.Options options, IReadOnlyList<EncodedPair> pairs) => new(pairs, options.BatchSize, options.TokensPerMicroBatch)
    {
        PairsPerMicroBatch = options.PairsPerMicroBatch ?? (options.Compatibility == Compatibility.None ? int.MaxValue : options.BatchSize),
        DropLast = options.DropLast,
        EpochEnd = options.Compatibility switch
        {
            Compatibility.SimPOReference => EpochEnd.AcrossEpochs,
            Compatibility.Trl024 => EpochEnd.OwnStepOfMicroBatches,
            _ => EpochEnd.OwnStep,
        },
    };

    private static StepWeighting Weighting(this SimPOTrainer.Options options) => options.Compatibility switch
    {
        Compatibility.SimPOReference => StepWeighting.EachMicroBatch(options.BatchSize / (options.PairsPerMicroBatch ?? options.BatchSize)),
        Compatibility.Trl024 => StepWeighting.EachMicroBatch(),
        _ => StepWeighting.EachPair with { SftNormalization = options.SftNormalization },
    };

    /// <param name="everyRow">Empty answers are kept and long ones cut, so that every row has a score; training refuses and drops them.</param>
    public static PreferenceEncoder Encoder(this LanguageModel model, SimPOTrainer.Options options, bool everyRow = false) =>
        new(model.Tokenizer, model.SpecialTokens, model.Template, new PreferenceEncoderOptions
        {
            MaxLength = options.MaxLength,
            MaxPromptLength = options.MaxPromptLength,
            ApplyChatTemplate = options.ApplyChatTemplate,
            Compatibility = options.Compatibility,
            EmptyAnswers = everyRow ? EmptyAnswers.Keep : options.DropEmptyAnswers ? EmptyAnswers.Drop : EmptyAnswers.Refuse,
            LongAnswers = everyRow ? LongAnswers.Cut : LongAnswers.Drop,
        });
}
