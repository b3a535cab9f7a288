using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class SlicHfTrainer
{
    /// <summary>
    /// Options of <see cref="SlicHfTrainer"/>, whose loss is max(0, Delta - log p(chosen) + log p(rejected)) - Lambda log p(chosen), with log-probabilities of
    /// whole answers (arXiv 2405.14734, table 3). They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>The scale of the rewards that the model scores with, beta times log p of the whole answer; the loss has none. Above 0; default 1.</summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "1")]
        public override float Beta { get; set; } = 1;

        /// <summary>
        /// delta, the margin that the chosen answer's log-probability should have, in nats. 0 or more, usually 0.1 to 2.0 (arXiv 2405.14734); default 1.
        /// </summary>
        [Option("delta", OptionEffect.Steps, AtLeast = 0, Use = "0.1 to 2.0"), SweepRange(0.1, 2, LogScale = true, DefaultOrder = 2)]
        public float Delta { get; set; } = 1;

        /// <summary>
        /// lambda, the weight of the chosen answer's negative log-probability. 0 or more, usually 0.1 to 10 (arXiv 2405.14734); default 0.1.
        /// </summary>
        [Option("lambda", OptionEffect.Steps, AtLeast = 0, Use = "0.1 to 10"), SweepRange(0.1, 10, LogScale = true, DefaultOrder = 3)]
        public float Lambda { get; set; } = 0.1f;

        internal override string Method => "SlicHf";

        internal override string AnchorOption => nameof(Lambda);

        internal override bool HasZeroGradients => true;

        internal override IAlignmentLoss CreateLoss() => new SlicHfLoss(Beta, Delta, Lambda);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new SlicHfTrainer(context, this);
    }
}
