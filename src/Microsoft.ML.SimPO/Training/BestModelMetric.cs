namespace Microsoft.ML.SimPO;

/// <summary>What the best evaluation of a run is chosen by, and what early stopping waits for.</summary>
public enum BestModelMetric
{
    /// <summary>The loss that is trained on (<c>eval_loss</c>); lower is better.</summary>
    Loss,

    /// <summary>
    /// Share of pairs whose chosen answer has the higher reward (<c>eval_rewards/accuracies</c>); higher is better, and of equal ones the first. It moves in
    /// steps of one pair, and does not tell a model that has lost its language from one that has not.
    /// </summary>
    Accuracy,

    /// <summary>
    /// Mean of chosen minus rejected reward (<c>eval_rewards/margins</c>); higher is better. It grows with the scale of the rewards, and with training that
    /// goes on too long.
    /// </summary>
    Margin,
}
