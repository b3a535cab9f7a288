using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Writes checkpoints of a run and finds those of a run that went before.</summary>
/// <param name="folder">The run's folder; null where it writes nothing.</param>
/// <param name="files">What a model folder holds beside weights.</param>
internal sealed class CheckpointStore(RunFolder? folder, Decoder decoder, ModelFiles files)
{
    /// <summary>The run's folder; null where nothing is written.</summary>
    public RunFolder? Folder => folder;

    /// <summary>The folder of a step's checkpoint; null where there is none.</summary>
    /// <param name="resumedFrom">The checkpoint that the run went on from, whose neighbours are of the same run; null for none.</param>
    public string? CheckpointOf(int step, string? resumedFrom)
    {
        string?[] runs = [folder?.Path, Path.GetDirectoryName(resumedFrom)];
        return runs.OfType<string>().Select(run => Path.Combine(run, RunFolder.CheckpointName(step))).FirstOrDefault(Directory.Exists);
    }

    /// <summary>Writes a checkpoint: complete beside its place first, on the disk, then given its name.</summary>
    /// <param name="steps">Whose optimizer, and whose moving reference if there is one, are written with the model.</param>
    /// <param name="limit">The most that are kept; 0 for all.</param>
    /// <param name="best">A step whose checkpoint stays in any case.</param>
    /// <exception cref="IOException">It cannot be written, and those that were there are there still; or the run's folder was removed.</exception>
    public void Save(TrainingState state, TrainingSteps steps, int limit, int? best)
    {
        string checkpoint = folder!.CheckpointOf(state.Step);
        folder.CheckThere();
        try
        {
            Write(checkpoint, staged =>
            {
                OptimizerFile.Write(staged, steps.Optimizer);
                steps.Reference?.Write(staged);
                TrainingStateFile.Write(staged, state);
            });
            folder.NoteWritten(state.Step);
            folder.Prune(limit, best);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(FormattableString.Invariant(
                $"The state after step {state.Step} could not be written to '{checkpoint}': {e.Message} {WhatIsLeft()}"), e);
        }
    }

    private string WhatIsLeft() => folder!.NewestWhole() is { } newest
        ? $"The newest whole one is '{RunFolder.CheckpointName(newest)}': make room and set `ResumeFrom` to Auto to go on from there."
        : "Make room and begin anew.";

    /// <summary>The model, or where an adapter is trained that alone, in PEFT layout, with its exact weights under the decoder's names.</summary>
    private void Write(string checkpoint, Action<string> state)
    {
        if (decoder.Adapter is not { } adapter)
        {
            new CheckpointWriter(files) { TunedAlone = true }.Write(checkpoint, ParameterSources.Merged(decoder), state);
            return;
        }
        AdapterFolder.Write(checkpoint, adapter.Config, ParameterSources.Adapter(adapter), files.Where(f => ModelFile.IsOfAdapter(f.Name)), complete: staged =>
        {
            TrainedWeights.Write(staged, adapter.Parameters);
            state(staged);
        });
    }
}
