using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>What the options mean to the ranks below.</summary>
internal static class OptionsExtensions
{
    public static SimPOLoss Loss(this SimPOTrainer.Options options) =>
        new(options.Beta, options.GammaBetaRatio, options.LossType, options.LabelSmoothing, options.SftWeight, options.SftNormalization);

    public static TrainingSettings Settings(this SimPOTrainer.Options options) => new()
    {
        Beta = options.Beta,
        LearningRate = options.LearningRate,
        Scheduler = options.LearningRateScheduler,
        WarmupRatio = options.WarmupRatio,
        MaxGradNorm = options.MaxGradNorm,
        AdamW = new AdamWSettings(options.WeightDecay),
        Weighting = StepWeighting.EachPair with { SftNormalization = options.SftNormalization },
        Recompute = options.GradientCheckpointing,
    };

    /// <param name="everyRow">Empty answers are kept and long ones cut, so that every row has a score; training refuses and drops them.</param>
    public static PreferenceEncoder Encoder(this LanguageModel model, SimPOTrainer.Options options, bool everyRow = false) =>
        new(model.Tokenizer, model.SpecialTokens, model.Template, new PreferenceEncoderOptions
        {
            MaxLength = options.MaxLength,
            MaxPromptLength = options.MaxPromptLength,
            ApplyChatTemplate = options.ApplyChatTemplate,
            EmptyAnswers = everyRow ? EmptyAnswers.Keep : EmptyAnswers.Refuse,
            LongAnswers = everyRow ? LongAnswers.Cut : LongAnswers.Drop,
        });
}
