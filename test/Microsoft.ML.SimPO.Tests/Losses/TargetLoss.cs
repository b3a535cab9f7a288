namespace Microsoft.ML.SimPO.Losses;

/// <summary>
/// A method that exists in these tests alone: it wants every answer's log-probability at <paramref name="target"/> times its rating. One answer or many.
/// L = weight * scale * sum over answers of (mean log p + target * (1 - rating))^2 / 2
/// </summary>
internal sealed class TargetLoss(double scale, double target) : IAlignmentLoss
{
    public IReward Reward { get; } = new TargetReward(scale, target);

    public int LeastAnswers => 1;

    public GroupLoss Evaluate(GroupScore group, in GroupContext context)
    {
        double factor = context.Weight * scale;
        double[] distances = [.. group.Answers.Select(a => a.Mean + (target * (1 - a.Rating)))];
        return new GroupLoss(distances.Sum(d => factor * d * d / 2), [.. distances.Zip(group.Answers, (d, a) => factor * d / a.Count)]);
    }
}
