namespace Microsoft.ML.SimPO;

/// <summary>Runs the trials of a sweep, one at a time. A sweep has one of its own; another can be given to judge trials in another way.</summary>
public interface IAlignmentTrialRunner : IDisposable
{
    /// <summary>Trains and judges one trial.</summary>
    /// <param name="settings">What to try.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    /// <returns>Its result. Where it has a model, the sweep owns it from then on.</returns>
    /// <exception cref="OperationCanceledException">Cancelled: the trial does not count.</exception>
    Task<AlignmentTrialResult> RunAsync(AlignmentTrialSettings settings, CancellationToken cancellationToken);
}
