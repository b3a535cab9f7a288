using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Losses.Dpo;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

public sealed partial class DpoTrainer
{
    /// <summary>
    /// Options of <see cref="DpoTrainer"/>, whose loss is -log sigma(Beta z), z the log-ratio to the reference of the chosen answer minus that of the rejected
    /// one (arXiv 2305.18290, equation 7), or another of <see cref="DpoLossType"/>. They are copied when the trainer is made.
    /// </summary>
    public sealed partial class Options : ReferenceTrainerOptions
    {
        /// <summary>What is minimised. Default <see cref="DpoLossType.Sigmoid"/>.</summary>
        [Option("loss_type", OptionEffect.Steps)]
        public DpoLossType LossType { get; set; }

        /// <summary>
        /// Several losses in place of <see cref="LossType"/>, such as <c>new DpoMix((DpoLossType.Sigmoid, 1), (DpoLossType.Sft, 0.2))</c>, as mixed preference
        /// optimisation has it (arXiv 2411.10442): TRL's list <c>loss_type</c> with <c>loss_weights</c>. Null, the default, for one.
        /// </summary>
        [Option("loss_weights", OptionEffect.Steps)]
        public DpoMix? Mix { get; set; }

        /// <summary>
        /// s, how often a preference is taken to be the wrong way round, for Sigmoid (conservative DPO: see arXiv 2403.00409), SigmoidNorm, Robust, ExoPair,
        /// Aot and AotUnpaired, whose equations <see cref="DpoLossType"/> has; of a mix it is for these, and where there is none of them it must be 0. (TRL
        /// 1.16 passes it over with Sigmoid and SigmoidNorm.) From 0 to below 0.5; default 0.
        /// </summary>
        [Option("label_smoothing", OptionEffect.Steps, AtLeast = 0, Below = 0.5, Use = "0 unless labels are noisy"), SweepRange(0, 0.2)]
        public float LabelSmoothing { get; set; }

        /// <summary>
        /// Which divergence from the reference model the loss is derived with, for Sigmoid, SigmoidNorm, Hinge, Ipo, ExoPair, Robust and DiscoPop (arXiv
        /// 2309.16240). Rewards are of the log-ratio itself in any case. Default <see cref="FDivergence.ReverseKl"/>.
        /// </summary>
        [Option("f_divergence_type", OptionEffect.Steps)]
        public FDivergence Divergence { get; set; }

        /// <summary>a of <see cref="FDivergence.Alpha"/> (arXiv 2309.16240). 0 or more, usually from 0 to 1; default 0.5.</summary>
        [Option("f_alpha_divergence_coef", OptionEffect.Steps, AtLeast = 0, Use = "0 to 1")]
        public float DivergenceAlpha { get; set; } = 0.5f;

        /// <summary>tau of DiscoPop (arXiv 2406.08414): how quickly it goes from one of its parts to the other. Above 0; default 0.05.</summary>
        [Option("discopop_tau", OptionEffect.Steps, Above = 0, Use = "0.05 to 0.2")]
        public float DiscoPopTau { get; set; } = 0.05f;

        /// <summary>
        /// R-DPO's alpha (arXiv 2403.19159, equation 9): beta times the log-ratio of an answer has alpha times its number of tokens added, so that a longer
        /// chosen answer must win by less, and length is not learned. For Sigmoid. 0 or more, usually 0.005 to 0.5; default 0, for DPO.
        /// </summary>
        [Option("length_penalty", OptionEffect.Steps, AtLeast = 0, Use = "0.005 to 0.5, or 0 for DPO"), SweepRange(0.005, 0.5, LogScale = true)]
        public float LengthPenalty { get; set; }

        /// <summary>
        /// LD-DPO's alpha (arXiv 2409.06411, equation 9): what the tokens count that an answer has beyond the length of the other one, in the
        /// log-probabilities of both models. From 0 to 1; default 1, for as much as all others.
        /// </summary>
        [Option("ld_alpha", OptionEffect.Steps, AtLeast = 0, AtMost = 1, Use = "1 for DPO")]
        public float LengthDesensitization { get; set; } = 1;

        /// <summary>
        /// WPO (arXiv 2406.11827, equation 7): a pair counts as much as both answers are likely under the model, relative to what it would write itself. The
        /// weights are no part of the derivative, and an Sft term of the mix has none (TRL 1.16 stops with an error there). Default false.
        /// </summary>
        [Option("use_weighting", OptionEffect.Steps)]
        public bool WeighsPairs { get; set; }

        /// <summary>
        /// What an Sft term of the mix is the mean of, without a <see cref="ScoringOptions.Compatibility"/>. Default <see cref="SftNormalization.Pair"/>.
        /// </summary>
        [Option("sft_normalization", OptionEffect.Steps)]
        public SftNormalization SftNormalization { get; set; }

        /// <summary>
        /// TR-DPO (arXiv 2404.09656): steps after which the reference moves towards the model that is trained, time and again. It is a second model in memory
        /// then, and its log-probabilities are computed anew for each step. The rewards of the run's log are over it; those of the tuned model are over the
        /// one that the run began with. Not with an adapter. 0 or more, usually 64 to 1024; default 0, for a reference that stays.
        /// </summary>
        [Option("ref_model_sync_steps", OptionEffect.Steps, AtLeast = 0, Use = "64 to 1024, or 0 for a reference that stays")]
        public int SyncReferenceSteps { get; set; }

        /// <summary>
        /// The share of the trained model in the moved reference, which keeps the rest of itself: alpha of reference = (1 - alpha) reference + alpha model
        /// (arXiv 2404.09656, equation 4). From 0 to 1, above 0 to move at all; default 0.6.
        /// </summary>
        [Option("ref_model_mixup_alpha", OptionEffect.Steps, AtLeast = 0, AtMost = 1, Use = "0.6, or 1 for a copy of the model")]
        public double ReferenceMixup { get; set; } = 0.6;

        internal override string Method => "Dpo";

        internal override bool NeedsSecondModel => SyncReferenceSteps > 0;

        internal override SftNormalization CrossEntropy => SftNormalization;

        internal override bool HasZeroGradients => Types.Any(t => t.Type == DpoLossType.Hinge);

        private IReadOnlyList<(DpoLossType Type, double Weight)> Types => Mix?.Terms ?? [(LossType, 1)];

        internal override IAlignmentLoss CreateLoss() => new DpoLoss(new DpoSettings(Beta, Types)
        {
            Smoothing = LabelSmoothing,
            SmoothsSigmoid = Profile.SmoothsSigmoid,
            Tau = DiscoPopTau,
            Divergence = new DivergenceMap(Divergence, DivergenceAlpha),
            TailWeight = LengthDesensitization,
            LengthPenalty = LengthPenalty,
            WeighsPairs = WeighsPairs,
            SftNormalization = CrossEntropyInForce,
            RewardsPerToken = Profile.RewardsPerToken,
        });

        internal override MovingReference? CreateMovingReference(Decoder decoder) => SyncReferenceSteps == 0
            ? null
            : new MovingReference(decoder, Reward, SyncReferenceSteps, ReferenceMixup, TokensPerMicroBatch);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new DpoTrainer(context, this);
    }
}
