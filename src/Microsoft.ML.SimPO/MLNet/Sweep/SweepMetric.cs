namespace Microsoft.ML.SimPO;

/// <summary>What a sweep judges a trial by, on the held-out pairs.</summary>
public enum SweepMetric
{
    /// <summary><see cref="AlignmentMetrics.Accuracy"/>; higher is better. It does not depend on beta.</summary>
    Accuracy,

    /// <summary>
    /// <see cref="AlignmentMetrics.LogLoss"/> of the margin at target margin 0, whatever gamma is searched; lower is better. A larger beta alone can lower it.
    /// </summary>
    LogLoss,

    /// <summary><see cref="AlignmentMetrics.MeanMargin"/> over beta, in nats a token; higher is better.</summary>
    MeanMargin,

    /// <summary>
    /// The loss that is trained on (<c>eval_loss</c>); lower is better. The one metric for data of single answers. Where what is searched is part of the loss,
    /// such as beta, losses of two trials are no measure of each other.
    /// </summary>
    ValidationLoss,
}
