using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class SimPOTrainer
{
    /// <summary>
    /// Options of <see cref="SimPOTrainer"/>, whose loss is -log sigma(Beta (m(chosen) - m(rejected)) - gamma), with m the mean log-probability of an answer's
    /// tokens (arXiv 2405.14734, equation 6). They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>What is above it was probably meant otherwise.</summary>
        private const float UsualRatio = 2, LeastUsualBeta = 0.5f;

        /// <summary>
        /// gamma / beta, the target margin between the mean log-probabilities in nats (arXiv 2405.14734, equation 6). 0 or more, usually 0.3 to 1.6; default
        /// 0.5.
        /// </summary>
        [Option("gamma_beta_ratio", OptionEffect.Steps, AtLeast = 0, Use = "0.3 to 1.6"), SweepRange(0, 1.6, DefaultOrder = 3)]
        public float GammaBetaRatio { get; set; } = 0.5f;

        /// <summary>The function of the margin. Default <see cref="SimPOLossType.Sigmoid"/>.</summary>
        [Option("loss_type", OptionEffect.Steps)]
        public SimPOLossType LossType { get; set; }

        /// <summary>
        /// s of -(1 - s) log sigma(z) - s log sigma(-z): how often a preference is taken to be the wrong way round, for the sigmoid loss, as in conservative
        /// DPO (see arXiv 2403.00409). From 0 to below 0.5; default 0.
        /// </summary>
        [Option("label_smoothing", OptionEffect.Steps, AtLeast = 0, Below = 0.5, Use = "0 unless labels are noisy"), SweepRange(0, 0.2)]
        public float LabelSmoothing { get; set; }

        /// <summary>
        /// The factor of the cross entropy of the chosen answers, -m(chosen), added to the loss as CPO has it (arXiv 2401.08417). 0 or more; default 0.
        /// </summary>
        [Option("sft_weight", OptionEffect.Steps, AtLeast = 0, Use = "0 for none"), SweepRange(0, 1)]
        public float SftWeight { get; set; }

        /// <summary>
        /// What the cross entropy is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.
        /// </summary>
        [Option("sft_normalization", OptionEffect.Steps)]
        public SftNormalization SftNormalization { get; set; }

        /// <summary>
        /// How much the reward bends: with another value than 0 it is AlphaPO's beta (1 - exp(-Alpha m)) / Alpha of the mean log-probability m (arXiv
        /// 2501.03884), whose limit at 0 is SimPO's beta m. Above 0 unlikely answers count for more, below 0 for less. From -10 to 10, usually 0.1 to 0.5;
        /// default 0, for SimPO.
        /// </summary>
        [Option("alpha", OptionEffect.Steps, AtLeast = -10, AtMost = 10, Use = "0 for SimPO, or 0.1 to 0.5", Unsaid = "0"), SweepRange(0, 0.5)]
        public float Alpha { get; set; }

        internal override string Method => "SimPO";

        internal override string? MethodInState => null;

        internal override string AnchorOption => nameof(SftWeight);

        internal override SftNormalization CrossEntropy => SftNormalization;

        internal override double? TargetRatio => Alpha == 0 ? GammaBetaRatio : null;

        internal override bool HasZeroGradients => LossType == SimPOLossType.Hinge;

        internal override IEnumerable<string> Warnings
        {
            get
            {
                if (LossType == SimPOLossType.Hinge && LabelSmoothing > 0) yield return "`LabelSmoothing` has no effect with the hinge loss.";
                if (Beta < LeastUsualBeta)
                    yield return Say($"`Beta` is {Beta}: 2.0 to 10.0 is usual with SimPO, whose rewards are means over tokens. 0.1 is usual with DPO.");
                if (GammaBetaRatio <= UsualRatio) yield break;
                yield return Say($"`GammaBetaRatio` is {GammaBetaRatio}, a target margin of {GammaBetaRatio} nats a token: 0.3 to 1.6 is usual. ")
                    + Say($"If gamma itself was meant, TRL's `simpo_gamma`, divide it by `Beta`: {GammaBetaRatio / Beta:G3}.");
            }
        }

        internal override IAlignmentLoss CreateLoss() =>
            new SimPOLoss(Beta, GammaBetaRatio, LossType, LabelSmoothing, SftWeight, CrossEntropyInForce, Alpha);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new SimPOTrainer(context, this);

        internal override IEnumerable<string> Contradictions()
        {
            foreach (string fault in base.Contradictions()) yield return fault;
            if (Compatibility is Compatibility.Trl024 or Compatibility.Trl116 && LossType == SimPOLossType.Hinge)
            {
                yield return $"`LossType` must be Sigmoid with `Compatibility` {Compatibility}, but was Hinge: "
                    + $"TRL {(Compatibility == Compatibility.Trl024 ? "0.24" : "1.16")} has no SimPO loss with a hinge. Use None or SimPOReference.";
            }
        }
    }
}
