using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

/// <summary>A method that these tests alone know: all that there is of it stands in this file.</summary>
internal sealed class DummyTrainer : PreferenceTrainer<DummyTrainer.Options>
{
    internal DummyTrainer(MLContext context, Options options)
        : base(context, options)
    {
    }

    internal sealed class Options : PreferenceTrainerOptions
    {
        /// <summary>What the margin is brought to.</summary>
        [Option("wanted_margin", OptionEffect.Steps, Above = 0, Use = "0.5 to 2"), SweepRange(0.5, 2, DefaultOrder = 2)]
        public float WantedMargin { get; set; } = 1;

        internal override string Method => "Dummy";

        internal override IAlignmentLoss CreateLoss() => new DummyLoss(Beta, WantedMargin);

        internal override IPreferenceTrainer CreateTrainer(MLContext context) => new DummyTrainer(context, this);
    }
}

/// <summary>L = weight (r_1 - r_2 - wanted)^2 / 2, with r beta times the sum of an answer's log-probabilities over 10.</summary>
internal sealed class DummyLoss(double beta, double wanted) : IAlignmentLoss
{
    public IReward Reward { get; } = new DummyReward(beta);

    public double TargetMargin => wanted;

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double excess = Reward.Of(group.Chosen) - Reward.Of(group.Rejected) - wanted, slope = context.Weight * excess * beta / 10;
        return new GroupLoss(context.Weight * excess * excess / 2, slope, -slope);
    }
}

[RewardName("tests: a tenth of the sum")]
internal sealed record DummyReward(double Scale) : IReward
{
    public double Value(in AnswerScore answer) => answer.Sum / 10;
}
