using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

public sealed partial class RrhfTrainer
{
    /// <summary>
    /// Options of <see cref="RrhfTrainer"/>, whose loss is max(0, m(rejected) - m(chosen)) - Lambda log p(chosen) (arXiv 2405.14734, table 3), with m the mean
    /// log-probability of an answer's tokens and log p that of the whole answer. They are copied when the trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>The scale of the rewards that the model scores with, beta times m; the loss has none. Above 0; default 1.</summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "1")]
        public override float Beta { get; set; } = 1;

        /// <summary>
        /// lambda, the weight of the chosen answer's negative log-probability. 0 or more, usually 0.1 to 10 (arXiv 2405.14734); default 0.1.
        /// </summary>
        [Option("lambda", OptionEffect.Steps, AtLeast = 0, Use = "0.1 to 10"), SweepRange(0.1, 10, LogScale = true, DefaultOrder = 2)]
        public float Lambda { get; set; } = 0.1f;

        internal override string Method => "Rrhf";

        internal override string AnchorOption => nameof(Lambda);

        internal override IAlignmentLoss CreateLoss() => new RrhfLoss(Beta, Lambda);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new RrhfTrainer(context, this);
    }
}
