using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>One token for both ways to end a fit: the caller's own token and <c>MLContext.CancelExecution</c>, which has no event and so is asked.</summary>
internal sealed class FitCancellation : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _source;
    private readonly Timer _timer;

    public FitCancellation(IHost host, CancellationToken cancellationToken)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = new Timer(_ => Ask(host), null, TimeSpan.Zero, Interval);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        using var stopped = new ManualResetEvent(false);
        if (_timer.Dispose(stopped)) stopped.WaitOne();
        _source.Dispose();
    }

    private void Ask(IHost host)
    {
        if (host is ICancelable { IsCanceled: true }) _source.Cancel();
    }
}
