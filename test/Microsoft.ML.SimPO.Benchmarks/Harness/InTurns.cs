using System.Diagnostics;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Two workloads in one process, a round being ours, the other, the other, ours: what the machine does beside them hits both, and what changes steadily
/// cancels. So a difference of a hundredth is seen where rounds of two processes differ by a tenth.
/// </summary>
/// <param name="other">What is measured. Its first two runs are alone in the process, and give its peak of memory.</param>
/// <param name="ours">Makes what it is compared with.</param>
internal sealed class InTurns(Workload other, Func<Workload> ours)
    : Workload(other.Amount, () => throw new InvalidOperationException("Rounds are measured by `Measure`."), other.Dispose)
{
    private Workload? _ours;
    private long _peakAlone;

    public override WorkerReply Measure()
    {
        if (_ours is null) Begin();
        double first = Seconds(_ours!, out _), second = Seconds(other, out IReadOnlyDictionary<string, double>? figures);
        double third = Seconds(other, out _), fourth = Seconds(_ours!, out _);
        return new WorkerReply
        {
            Seconds = (second + third) / 2,
            SecondsOverOurs = (second + third) / (first + fourth),
            Figures = figures?.ToDictionary(),
            PeakRssBytes = _peakAlone,
        };
    }

    public override void Dispose()
    {
        _ours?.Dispose();
        base.Dispose();
    }

    private void Begin()
    {
        other.Run();
        other.Run();
        _peakAlone = Worker.PeakRss();
        _ours = ours();
        _ours.Run();
    }
}
