namespace Microsoft.ML.SimPO;

/// <summary>A figure over the steps of a run, of which a report shows so many points at most: those of a long run are means over neighbours.</summary>
/// <param name="Name">As the log calls it.</param>
/// <param name="Points">Step and value; what is no finite number is left out.</param>
internal sealed record ReportSeries(string Name, IReadOnlyList<(double Step, double Value)> Points)
{
    private const int MostPoints = 400;

    public static ReportSeries Of(string name, IReadOnlyList<TrainingProgress> steps, Func<TrainingProgress, double> figure)
    {
        int size = Math.Max(1, (steps.Count + MostPoints - 1) / MostPoints);
        return new ReportSeries(name,
        [
            .. steps.Where(s => double.IsFinite(figure(s))).Chunk(size).Select(c => ((double)c[^1].Step, ReportContent.Rounded(c.Average(figure)))),
        ]);
    }
}
