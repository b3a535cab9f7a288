namespace Microsoft.ML.SimPO;

/// <summary>A finished trial as a line of <c>trials.jsonl</c>; the first line is that of the sweep.</summary>
/// <param name="Sweep">In the first line, what an equal sweep has equal; null in the others.</param>
internal sealed record TrialRecord(
    string? Sweep, int Trial, int Rung, IReadOnlyDictionary<string, string>? Parameter, AlignmentTrialStatus Status, double Metric, double Loss,
    AlignmentMetrics? Metrics, double Milliseconds, double MegaBytes, string? Message)
{
    public static TrialRecord Head(string sweep) => new(sweep, -1, 0, null, default, 0, 0, null, 0, 0, null);

    public static TrialRecord Of(AlignmentTrialResult result) => new(
        null, result.TrialSettings.TrialId, result.TrialSettings.Rung, Texts(result.TrialSettings), result.Status, result.Metric, result.Loss, result.Metrics,
        result.DurationInMilliseconds,
        result.MemoryInMegaByte, result.Message);

    public bool IsOf(AlignmentTrialSettings settings) =>
        Trial == settings.TrialId && Rung == settings.Rung && Parameter is not null
            && Parameter.OrderBy(p => p.Key, StringComparer.Ordinal).SequenceEqual(Texts(settings).OrderBy(p => p.Key, StringComparer.Ordinal));

    public AlignmentTrialResult ToResult(AlignmentTrialSettings settings) => new()
    {
        TrialSettings = settings,
        Status = Status,
        Metric = Metric,
        Loss = Loss,
        Metrics = Metrics,
        DurationInMilliseconds = Milliseconds,
        MemoryInMegaByte = MegaBytes,
        Message = Message,
    };

    private static Dictionary<string, string> Texts(AlignmentTrialSettings settings) =>
        settings.Parameter.ToDictionary(p => p.Key, p => SweepParameter.Text(p.Value));
}
