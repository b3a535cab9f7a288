using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <content>A page to show.</content>
public sealed partial class AlignmentCatalog
{
    /// <summary>Tells of a run by its folder, also while it goes on, or of several beside each other.</summary>
    /// <param name="runs">The <c>OutputPath</c> of each.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">A folder holds no run, or a line of its log is damaged.</exception>
    public AlignmentReport Report(params IReadOnlyList<string> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count == 0) throw new ArgumentException("There must be a run to report. Give its folder.", nameof(runs));
        using IChannel channel = ((IHostEnvironment)_context).RegisterOwn("RunReporter").Start("Report");
        ReportContent[] told = [.. runs.Select(r => ReportContent.Of(r, new DiagnosisLimits()))];
        foreach (ReportContent run in told) channel.Info($"{run.Name}: {run.Verdict}.");
        return new AlignmentReport(told);
    }
}
