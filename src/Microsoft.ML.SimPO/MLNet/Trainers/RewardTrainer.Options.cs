using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

public sealed partial class RewardTrainer
{
    /// <summary>
    /// Options of <see cref="RewardTrainer"/>, whose loss is -log sigma(r(chosen) - r(rejected)) (arXiv 2203.02155, equation 1). They are copied when the
    /// trainer is made.
    /// </summary>
    public sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>The scale of the rewards, which are what the model says: 1, the default, alone.</summary>
        [Option("beta", OptionEffect.Steps, Above = 0, Use = "1")]
        public override float Beta { get; set; } = 1;

        /// <summary>The highest learning rate, of AdamW. Above 0, usually 1e-6 to 2e-5 for large models; default 1e-5.</summary>
        [Option("learning_rate", OptionEffect.Steps, Above = 0, Use = "1e-6 to 2e-5 for large models")]
        [SweepRange(1e-6, 1e-3, LogScale = true, DefaultOrder = 1)]
        public override double LearningRate { get; set; } = 1e-5;

        /// <summary>
        /// The weight of (r(chosen) + r(rejected))^2, which holds rewards around 0 (arXiv 2312.09244): TRL's <c>center_rewards_coefficient</c>. The first term
        /// says nothing of where they lie. 0 or more, usually 0.01; default 0, for none.
        /// </summary>
        [Option("center_rewards_coefficient", OptionEffect.Steps, AtLeast = 0, Use = "0.01, or 0 for none"), SweepRange(1e-3, 1e-1, LogScale = true)]
        public float CenterRewardsCoefficient { get; set; }

        /// <summary>
        /// A column of numbers: by how much the chosen answer of each pair should be rated higher, m of -log sigma(r(chosen) - r(rejected) - m) (arXiv
        /// 2307.09288, equation 2), where it is known how much better the answer is. Null, the default, for 0 of all.
        /// </summary>
        [Option("margin_column", OptionEffect.Data, Names = "a column", Use = "null for none")]
        public string? MarginColumnName { get; set; }

        internal override string Method => "Reward";

        internal override IAlignmentLoss CreateLoss() => new RewardLoss(CenterRewardsCoefficient);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new RewardTrainer(context, this);

        internal override LanguageModel Ready(LanguageModel model) => model.IsRewardModel ? model : model.AsRewardModel();

        internal override DecoderArchitecture Tuned(DecoderArchitecture architecture) =>
            architecture.RewardHead is null ? architecture.WithRewardHead(new RewardHead(null)) : architecture;

        internal override void CheckColumns(IHost host, DataViewSchema schema, string parameter)
        {
            if (MarginColumnName is { } column) MarginColumn.Find(host, schema, column, parameter);
        }

        internal override IReadOnlyList<EncodedPrompt> Prepare(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host) =>
            MarginColumnName is { } column ? MarginColumn.AddTo(pairs, data, host, column) : pairs;

        internal override IEnumerable<string> Contradictions()
        {
            foreach (string fault in base.Contradictions()) yield return fault;
            if (Beta is not 1 and > 0) yield return Say($"`Beta` must be 1 with Reward, whose rewards are what the model says, but was {Beta}.");
            if (SampleAnswers > 0) yield return Say($"`SampleAnswers` must be 0 with Reward, whose model writes no answers, but was {SampleAnswers}.");
        }
    }
}
