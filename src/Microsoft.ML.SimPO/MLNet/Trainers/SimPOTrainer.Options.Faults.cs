namespace Microsoft.ML.SimPO;

public sealed partial class SimPOTrainer
{
    public sealed partial class Options
    {
        /// <summary>The value of <see cref="ResumeFrom"/> that looks for the newest checkpoint itself.</summary>
        private const string AutomaticResume = "Auto";

        internal bool ResumesAutomatically => string.Equals(ResumeFrom, AutomaticResume, StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether the best model is given back in place of the last.</summary>
        internal bool KeepsBest => RestoreBestModel || EarlyStoppingPatience > 0;

        /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
        internal void Validate()
        {
            string[] faults = [.. Faults()];
            if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), "options");
        }

        private IEnumerable<string> Faults()
        {
            if (!HasModel) yield return "`ModelPath` must name a folder in Hugging Face layout, but was empty.";
            foreach ((string option, string value) in new[] { (nameof(PromptColumnName), PromptColumnName), (nameof(ChosenColumnName), ChosenColumnName), (nameof(RejectedColumnName), RejectedColumnName) })
                if (string.IsNullOrWhiteSpace(value)) yield return $"`{option}` must name a column, but was empty.";
            if (!(Beta > 0 && float.IsFinite(Beta))) yield return Say($"`Beta` must be greater than 0, but was {Beta}. Use 2.0 to 10.0.");
            if (!(GammaBetaRatio >= 0 && float.IsFinite(GammaBetaRatio))) yield return Say($"`GammaBetaRatio` must be 0 or more, but was {GammaBetaRatio}. Use 0.3 to 1.6.");
            if (!Enum.IsDefined(LossType)) yield return Say($"`LossType` must be Sigmoid or Hinge, but was {LossType}.");
            if (!(LabelSmoothing >= 0 && LabelSmoothing < 0.5f)) yield return Say($"`LabelSmoothing` must be from 0 to below 0.5, but was {LabelSmoothing}. Use 0 unless labels are noisy.");
            if (!(SftWeight >= 0 && float.IsFinite(SftWeight))) yield return Say($"`SftWeight` must be 0 or more, but was {SftWeight}. Use 0 for none.");
            if (!Enum.IsDefined(SftNormalization)) yield return Say($"`SftNormalization` must be Pair, StepTokens or MicroBatchTokens, but was {SftNormalization}.");
            if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return Say($"`LearningRate` must be greater than 0, but was {LearningRate}. Use 3e-7 to 1e-6 for large models.");
            if (!(Epochs > 0 && double.IsFinite(Epochs))) yield return Say($"`Epochs` must be greater than 0, but was {Epochs}. Use 1.");
            if (!Enum.IsDefined(Compatibility)) yield return Say($"`Compatibility` must be None, SimPOReference or Trl024, but was {Compatibility}.");
            if (Compatibility == Compatibility.Trl024 && LossType == SimPOLossType.Hinge) yield return "`LossType` must be Sigmoid with `Compatibility` Trl024, but was Hinge: TRL 0.24 has no SimPO loss with a hinge. Use None or SimPOReference.";
            if (BatchSize < 1) yield return Say($"`BatchSize` must be at least 1, but was {BatchSize}. Use 8 to 128.");
            if (TokensPerMicroBatch < 1) yield return Say($"`TokensPerMicroBatch` must be at least 1, but was {TokensPerMicroBatch}. Use 2048 to 16384.");
            if (PairsPerMicroBatch < 1) yield return Say($"`PairsPerMicroBatch` must be at least 1, but was {PairsPerMicroBatch}. Use 1 to 8, or null for no limit.");
            else if (Compatibility != Compatibility.None && PairsPerMicroBatch is { } size && BatchSize % size != 0)
                yield return Say($"`PairsPerMicroBatch` must divide `BatchSize` ({BatchSize}) with `Compatibility` {Compatibility}, but was {size}.");
            if (!Enum.IsDefined(LearningRateScheduler)) yield return Say($"`LearningRateScheduler` must be one of {string.Join(", ", Enum.GetNames<LearningRateScheduler>())}, but was {LearningRateScheduler}.");
            if (!(WarmupRatio >= 0 && WarmupRatio <= 1)) yield return Say($"`WarmupRatio` must be from 0 to 1, but was {WarmupRatio}. Use 0.1.");
            if (WarmupSteps < 0) yield return Say($"`WarmupSteps` must be 0 or more, but was {WarmupSteps}. Use null for `WarmupRatio`.");
            if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) yield return Say($"`WeightDecay` must be 0 or more, but was {WeightDecay}. Use 0.");
            if (!(AdamBeta1 >= 0 && AdamBeta1 < 1)) yield return Say($"`AdamBeta1` must be from 0 to below 1, but was {AdamBeta1}. Use 0.9.");
            if (!(AdamBeta2 >= 0 && AdamBeta2 < 1)) yield return Say($"`AdamBeta2` must be from 0 to below 1, but was {AdamBeta2}. Use 0.999.");
            if (!(AdamEpsilon > 0 && double.IsFinite(AdamEpsilon))) yield return Say($"`AdamEpsilon` must be greater than 0, but was {AdamEpsilon}. Use 1e-8.");
            if (!(MaxGradNorm >= 0 && double.IsFinite(MaxGradNorm))) yield return Say($"`MaxGradNorm` must be 0 or more, but was {MaxGradNorm}. Use 1, or 0 for no clipping.");
            if (MaxLength < 2) yield return Say($"`MaxLength` must be at least 2, but was {MaxLength}. Use 2048.");
            if (MaxPromptLength < 1 || MaxPromptLength >= MaxLength) yield return Say($"`MaxPromptLength` must be at least 1 and below `MaxLength` ({MaxLength}), but was {MaxPromptLength}. Use 1800 of 2048.");
            foreach (string fault in RunFaults().Concat(AdapterFaults())) yield return fault;
        }

        /// <summary>Faults of what concerns validation and the run's folder.</summary>
        private IEnumerable<string> RunFaults()
        {
            if (!(ValidationFraction >= 0 && ValidationFraction < 1)) yield return Say($"`ValidationFraction` must be from 0 to below 1, but was {ValidationFraction}. Use 0.05 to 0.2, or 0 for none.");
            foreach ((string option, int value, string use) in new[]
            {
                (nameof(EvaluationSteps), EvaluationSteps, "0 for each epoch"), (nameof(EarlyStoppingPatience), EarlyStoppingPatience, "2 to 5, or 0 for never"),
                (nameof(SaveSteps), SaveSteps, "0 for each epoch"), (nameof(SaveTotalLimit), SaveTotalLimit, "0 for all"),
            })
                if (value < 0) yield return Say($"`{option}` must be 0 or more, but was {value}. Use {use}.");
            if (OutputPath is not null)
            {
                if (string.IsNullOrWhiteSpace(OutputPath)) yield return "`OutputPath` must name a folder, but was empty. Use null to write nothing.";
                yield break;
            }
            string[] needy =
            [
                .. SaveSteps > 0 ? [nameof(SaveSteps)] : Array.Empty<string>(), .. SaveTotalLimit > 0 ? [nameof(SaveTotalLimit)] : Array.Empty<string>(),
                .. SaveOnCancel ? [nameof(SaveOnCancel)] : Array.Empty<string>(), .. ResumesAutomatically ? [nameof(ResumeFrom)] : Array.Empty<string>(),
            ];
            foreach (string option in needy) yield return $"`{option}` needs `OutputPath`, which is null. Name a folder for the run.";
        }

        private static string Say(FormattableString text) => FormattableString.Invariant(text);
    }
}
