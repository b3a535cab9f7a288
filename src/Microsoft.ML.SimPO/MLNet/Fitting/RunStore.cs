using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>Writes checkpoints of a run and finds the one to go on from.</summary>
/// <param name="folder">The run's folder; null where it writes nothing.</param>
/// <param name="warn">Takes warnings.</param>
internal sealed class RunStore(RunFolder? folder, LanguageModel model, Action<string> warn)
{
    /// <summary>The checkpoint that the options name; null to begin anew.</summary>
    /// <exception cref="InvalidDataException">It is none, or not whole.</exception>
    public string? FindResume(SimPOTrainer.Options options)
    {
        if (options.ResumeFrom is null) return null;
        if (!options.ResumesAutomatically) return Path.GetFullPath(options.ResumeFrom);
        return folder!.FindNewest(reason => warn($"A newer checkpoint is passed over. {reason}"));
    }

    /// <summary>The folder of a step's checkpoint.</summary>
    /// <param name="resumedFrom">The checkpoint that the run went on from, whose neighbours are of the same run; null for none.</param>
    public string? CheckpointOf(int step, string? resumedFrom)
    {
        string? run = folder?.Path ?? Path.GetDirectoryName(resumedFrom);
        string? checkpoint = run is null ? null : Path.Combine(run, RunFolder.CheckpointName(step));
        return Directory.Exists(checkpoint) ? checkpoint : null;
    }

    /// <summary>Writes a checkpoint: complete beside its place first, on the disk, then given its name.</summary>
    /// <param name="limit">The most that are kept; 0 for all.</param>
    /// <param name="best">A step whose checkpoint stays in any case.</param>
    /// <exception cref="IOException">It cannot be written. Those that were there are there still.</exception>
    public void Save(TrainingState state, AdamW optimizer, int limit, int? best)
    {
        string checkpoint = folder!.CheckpointOf(state.Step);
        try
        {
            Write(checkpoint, staged =>
            {
                OptimizerFile.Write(staged, optimizer);
                TrainingStateFile.Write(staged, state);
            });
            folder.Prune(limit, best);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            int[] whole = [.. folder.Checkpoints];
            throw new IOException(FormattableString.Invariant(
                $"The state after step {state.Step} could not be written to '{checkpoint}': {e.Message} {(whole.Length > 0 ? $"The newest whole one is '{RunFolder.CheckpointName(whole[^1])}': make room and set `ResumeFrom` to Auto to go on from there." : "Make room and begin anew.")}"), e);
        }
    }

    /// <summary>The model, or where an adapter is trained that alone, in PEFT layout, with its exact weights under the decoder's names.</summary>
    private void Write(string checkpoint, Action<string> state)
    {
        if (model.Decoder.Adapter is not { } adapter)
        {
            new CheckpointWriter(model.Files).Write(checkpoint, model.Tensors(), state);
            return;
        }
        AdapterFolder.Write(checkpoint, adapter.Config, ParameterSources.Adapter(adapter), model.Files.Where(f => ModelFile.IsOfAdapter(f.Name)), complete: staged =>
        {
            TrainedWeights.Write(staged, adapter.Parameters);
            state(staged);
        });
    }

    /// <exception cref="InvalidDataException">The state is of another run; what differs is listed.</exception>
    public static void CheckSame(string checkpoint, TrainingState state, IReadOnlyDictionary<string, string> settings)
    {
        string[] differences = [.. RunSettings.Differences(state.Settings, settings)];
        if (differences.Length > 0)
            throw new InvalidDataException(string.Join(Environment.NewLine, [$"The run in '{checkpoint}' cannot go on with other data or options. Set them as they were, or begin anew in another `OutputPath`.", .. differences]));
    }

    public static JsonElement Pack(IReadOnlyList<ValidationResult> validations) => JsonSerializer.SerializeToElement(validations, Json);

    public static IReadOnlyList<ValidationResult> Unpack(JsonElement evaluations) => evaluations.Deserialize<ValidationResult[]>(Json) ?? [];

    private static JsonSerializerOptions Json { get; } = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
