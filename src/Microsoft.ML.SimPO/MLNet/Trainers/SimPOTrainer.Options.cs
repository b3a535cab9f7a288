using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class SimPOTrainer
{
    /// <summary>Options of <see cref="SimPOTrainer"/>. They are copied when the trainer is made.</summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>gamma / beta, the target margin between the mean log-probabilities in nats. 0 or more, usually 0.3 to 1.6; default 0.5.</summary>
        [SweepRange(0, 1.6)]
        public float GammaBetaRatio { get; set; } = 0.5f;

        /// <summary>The function of the margin. Default <see cref="SimPOLossType.Sigmoid"/>.</summary>
        public SimPOLossType LossType { get; set; }

        /// <summary>How often a preference is taken to be the wrong way round, for the sigmoid loss. From 0 to below 0.5; default 0.</summary>
        [SweepRange(0, 0.2)]
        public float LabelSmoothing { get; set; }

        /// <summary>The factor of the cross entropy of the chosen answers, added to the loss. 0 or more; default 0.</summary>
        [SweepRange(0, 1)]
        public float SftWeight { get; set; }

        /// <summary>
        /// What the cross entropy is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.
        /// </summary>
        public SftNormalization SftNormalization { get; set; }

        internal override string Method => "SimPO";

        internal override double TargetMargin => Beta * GammaBetaRatio;

        internal override SftNormalization CrossEntropy => SftNormalization;

        internal override IReadOnlyDictionary<string, object?> Deciding => new Dictionary<string, object?>
        {
            [nameof(GammaBetaRatio)] = GammaBetaRatio,
            [nameof(LossType)] = LossType,
            [nameof(LabelSmoothing)] = LabelSmoothing,
            [nameof(SftWeight)] = SftWeight,
            [nameof(SftNormalization)] = SftNormalization,
        };

        internal override IEnumerable<string> Warnings =>
            LossType == SimPOLossType.Hinge && LabelSmoothing > 0 ? ["`LabelSmoothing` has no effect with the hinge loss."] : [];

        internal override IPreferenceLoss CreateLoss() => new SimPOLoss(
            Beta, GammaBetaRatio, LossType, LabelSmoothing, SftWeight, Compatibility == Compatibility.None ? SftNormalization : SftNormalization.MicroBatchTokens);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new SimPOTrainer(context, this);

        internal override IEnumerable<string> Faults()
        {
            foreach (string fault in base.Faults()) yield return fault;
            if (!(GammaBetaRatio >= 0 && float.IsFinite(GammaBetaRatio))) yield return Say($"`GammaBetaRatio` must be 0 or more, but was {GammaBetaRatio}. Use 0.3 to 1.6.");
            if (!Enum.IsDefined(LossType)) yield return Say($"`LossType` must be Sigmoid or Hinge, but was {LossType}.");
            if (!(LabelSmoothing >= 0 && LabelSmoothing < 0.5f))
                yield return Say($"`LabelSmoothing` must be from 0 to below 0.5, but was {LabelSmoothing}. Use 0 unless labels are noisy.");
            if (!(SftWeight >= 0 && float.IsFinite(SftWeight))) yield return Say($"`SftWeight` must be 0 or more, but was {SftWeight}. Use 0 for none.");
            if (!Enum.IsDefined(SftNormalization)) yield return Say($"`SftNormalization` must be Pair, StepTokens or MicroBatchTokens, but was {SftNormalization}.");
            if (Compatibility == Compatibility.Trl024 && LossType == SimPOLossType.Hinge)
                yield return "`LossType` must be Sigmoid with `Compatibility` Trl024, but was Hinge: TRL 0.24 has no SimPO loss with a hinge. Use None or SimPOReference.";
        }
    }
}
