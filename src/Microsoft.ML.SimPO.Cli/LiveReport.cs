using System.Diagnostics;

namespace SimPO.Cli;

/// <summary>Writes the page of a run into its folder while it goes on, once a minute, so that a browser shows it; passes all steps on.</summary>
internal sealed class LiveReport(string folder, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private const string Page = "report.html";

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Report(TrainingProgress value)
    {
        next.Report(value);
        if (_clock.Elapsed < Every) return;
        _clock.Restart();
        try
        {
            new MLContext().Alignment.Report(folder).SaveHtml(Path.Combine(folder, Page));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // The next minute will do: a run does not end for its page.
        }
    }

    /// <summary>The page, the model card and the numbers of a run that has ended.</summary>
    public static void Write(string folder)
    {
        AlignmentReport report = new MLContext().Alignment.Report(folder);
        report.SaveHtml(Path.Combine(folder, Page));
        File.WriteAllText(Path.Combine(folder, "report.md"), report.ToMarkdown());
        File.WriteAllText(Path.Combine(folder, "report.json"), report.ToJson());
    }
}
