using System.Text.Json;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>
/// Reads a run from its folder, also while another process writes it: what happened from the log, what it began with from the newest checkpoint.
/// </summary>
internal static class RunFolderReader
{
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no run, or a line of the log is damaged.</exception>
    public static TrainingRun Read(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        string path = Path.Combine(folder, RunFolder.LogName);
        if (!File.Exists(path)) throw new InvalidDataException($"'{folder}' holds no run: it has no '{RunFolder.LogName}'. Give the `OutputPath` of a fit.");
        TrainingState? state = NewestState(folder);
        List<TrainingProgress> steps = [];
        List<ValidationResult> validations = [];
        List<TrainingDiagnosis> findings = [];
        foreach ((int number, byte[] line) in LogLines.Read(path))
        {
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                if (TrainingLogLine.ToStep(json.RootElement) is { } step) steps.Add(step);
                else if (TrainingLogLine.ToValidation(json.RootElement, state?.Evaluations ?? []) is { } validation) validations.Add(validation);
                else if (TrainingLogLine.ToFinding(json.RootElement) is { } finding) findings.Add(finding);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
                or OverflowException or ArgumentException) // the last two: times that no run took
            {
                throw new InvalidDataException(FormattableString.Invariant($"'{path}' is damaged in line {number}: {e.Message}"), e);
            }
        }
        return new TrainingRun
        {
            Steps = steps,
            Validations = validations,
            Findings = findings,
            Seed = state?.Seed,
            StartedAt = state?.StartedAt,
            TrainingData = state?.TrainingData,
            ValidationData = state?.ValidationData,
            MetricForBestModel = state?.MetricForBestModel ?? BestModelMetric.Loss,
        };
    }

    /// <summary>The state of the newest checkpoint that can be read; null for none.</summary>
    public static TrainingState? NewestState(string folder)
    {
        foreach (int step in RunFolder.CheckpointsIn(folder).Reverse())
        {
            try
            {
                return TrainingStateFile.ReadQuickly(Path.Combine(folder, RunFolder.CheckpointName(step)));
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                // An older one will do: they were all written by the same run.
            }
        }
        return null;
    }
}
