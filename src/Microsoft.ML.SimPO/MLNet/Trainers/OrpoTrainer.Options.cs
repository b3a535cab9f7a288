using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class OrpoTrainer
{
    /// <summary>
    /// Options of <see cref="OrpoTrainer"/>, whose loss is the cross entropy of prompt and chosen answer minus Beta log sigma(log odds(chosen) - log
    /// odds(rejected)) (arXiv 2403.07691, equations 6 and 7). They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>
        /// The weight of -log sigma of the difference of the answers' log odds beside the cross entropy of prompt and chosen answer, the paper's lambda
        /// (arXiv 2403.07691, equation 6); and the scale of the rewards, which are it times the mean log-probability of an answer. Above 0, usually 0.1 to 2.0;
        /// default 0.1.
        /// </summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "0.1 to 2.0"), SweepRange(0.05, 2, LogScale = true, DefaultOrder = 2)]
        public override float Beta { get; set; } = 0.1f;

        /// <summary>
        /// What the cross entropy is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.
        /// </summary>
        [Option("nll_normalization", OptionEffect.Steps)]
        public SftNormalization NllNormalization { get; set; }

        internal override string Method => "Orpo";

        internal override SftNormalization CrossEntropy => NllNormalization;

        internal override IAlignmentLoss CreateLoss() => new OrpoLoss(Beta, CrossEntropyInForce);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new OrpoTrainer(context, this);
    }
}
