namespace Microsoft.ML.SimPO;

/// <content>Models that rate answers.</content>
public sealed partial class AlignmentTrainers
{
    /// <summary>Trains a reward model (arXiv 2203.02155): one that rates answers, as other methods and judges need it.</summary>
    /// <param name="options">Everything that can be chosen. Copied: later changes have no effect.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    public RewardTrainer Reward(RewardTrainer.Options options) => new(_context, options);
}
