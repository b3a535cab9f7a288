using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class CpoTrainer
{
    /// <summary>
    /// Options of <see cref="CpoTrainer"/>, whose loss is -log sigma(Beta (log p(chosen) - log p(rejected))) plus NllWeight times the cross entropy of the
    /// chosen answer (arXiv 2401.08417). They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>
        /// beta, the scale of the rewards: beta times the log-probability of the whole answer (arXiv 2401.08417), and with IPO of the mean of its tokens. Above
        /// 0, usually 0.01 to 0.1; default 0.1.
        /// </summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "0.01 to 0.1"), SweepRange(0.01, 0.5, LogScale = true, DefaultOrder = 2)]
        public override float Beta { get; set; } = 0.1f;

        /// <summary>The function of the difference of log-probabilities. Default <see cref="CpoLossType.Sigmoid"/>.</summary>
        [Option("loss_type", OptionEffect.Steps)]
        public CpoLossType LossType { get; set; }

        /// <summary>
        /// s of -(1 - s) log sigma(z) - s log sigma(-z): how often a preference is taken to be the wrong way round, for the sigmoid loss alone, as in
        /// conservative DPO (see arXiv 2403.00409). From 0 to below 0.5; default 0.
        /// </summary>
        [Option("label_smoothing", OptionEffect.Steps, AtLeast = 0, Below = 0.5, Use = "0 unless labels are noisy"), SweepRange(0, 0.2)]
        public float LabelSmoothing { get; set; }

        /// <summary>
        /// The factor of the cross entropy of the chosen answers, added to the loss (arXiv 2401.08417): TRL's <c>cpo_alpha</c>. 0 or more; default 1.
        /// </summary>
        [Option("nll_weight", OptionEffect.Steps, AtLeast = 0, Use = "1, or 0 for none"), SweepRange(0, 1)]
        public float NllWeight { get; set; } = 1;

        /// <summary>
        /// What the cross entropy is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.
        /// </summary>
        [Option("nll_normalization", OptionEffect.Steps)]
        public SftNormalization NllNormalization { get; set; }

        internal override string Method => "Cpo";

        internal override string AnchorOption => nameof(NllWeight);

        internal override SftNormalization CrossEntropy => NllNormalization;

        internal override bool HasZeroGradients => LossType == CpoLossType.Hinge;

        internal override IAlignmentLoss CreateLoss() => new CpoLoss(Beta, LossType, LabelSmoothing, NllWeight, CrossEntropyInForce);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new CpoTrainer(context, this);

        internal override IEnumerable<string> Contradictions()
        {
            foreach (string fault in base.Contradictions()) yield return fault;
            if (LabelSmoothing > 0 && LossType != CpoLossType.Sigmoid)
                yield return Say($"`LabelSmoothing` must be 0 with `LossType` {LossType}, which has none, but was {LabelSmoothing}.");
        }
    }
}
