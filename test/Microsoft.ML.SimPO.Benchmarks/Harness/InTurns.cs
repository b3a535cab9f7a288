using System.Diagnostics;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Two workloads in one process, a round being ours, the other, the other, ours: what the machine does beside them hits both, and what changes steadily
/// cancels. A neighbour can only make a run slower, so the fastest quarter of all runs of each tells a hundredth where single rounds differ by a tenth.
/// </summary>
/// <param name="other">What is measured. Its first two runs are alone in the process, and give its peak of memory.</param>
/// <param name="ours">Makes what it is compared with.</param>
internal sealed class InTurns(Workload other, Func<Workload> ours)
    : Workload(other.Amount, () => throw new InvalidOperationException("Rounds are measured by `Measure`."), other.Dispose)
{
    private readonly List<double> _secondsOfOurs = [], _secondsOfOther = [];
    private Workload? _ours;
    private long _peakAlone;

    public override WorkerReply Measure()
    {
        if (_ours is null) Begin();
        double first = Seconds(_ours!, out _), second = Seconds(other, out IReadOnlyDictionary<string, double>? figures);
        double third = Seconds(other, out _), fourth = Seconds(_ours!, out _);
        _secondsOfOurs.AddRange([first, fourth]);
        _secondsOfOther.AddRange([second, third]);
        return new WorkerReply
        {
            Seconds = (second + third) / 2,
            SecondsOverOurs = (second + third) / (first + fourth),
            FastestOverOurs = FastestQuarter(_secondsOfOther) / FastestQuarter(_secondsOfOurs),
            Figures = figures?.ToDictionary(),
            PeakRssBytes = _peakAlone,
        };
    }

    public override void Dispose()
    {
        _ours?.Dispose();
        base.Dispose();
    }

    private static double FastestQuarter(List<double> seconds) => seconds.Order().Take((seconds.Count + 3) / 4).Average();

    private void Begin()
    {
        other.Run();
        other.Run();
        _peakAlone = Worker.PeakRss();
        _ours = ours();
        _ours.Run();
    }
}
