using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Where a run begins: at its first step, or where another stopped.</summary>
internal sealed class RunOrigin
{
    private RunOrigin(RunIdentity identity, int seed, SavedState? saved) =>
        (Identity, Seed, Checkpoint, State) = (identity, seed, saved?.Checkpoint, saved?.State);

    public RunIdentity Identity { get; }

    /// <summary>Where the random numbers of the run begin.</summary>
    public int Seed { get; }

    /// <summary>The checkpoint that it goes on from; null for none.</summary>
    public string? Checkpoint { get; }

    /// <summary>What the run did up to <see cref="Checkpoint"/>.</summary>
    public TrainingState? State { get; }

    /// <param name="saved">The checkpoint to go on from; null to begin anew.</param>
    /// <param name="seed">Where random numbers are to begin; null where it is free, so that a run that goes on takes its own.</param>
    /// <param name="shuffles">Whether the seed decides the order of the data.</param>
    /// <exception cref="InvalidDataException">The checkpoint is of another run: what differs is listed.</exception>
    public static RunOrigin Of(SavedState? saved, RunIdentity identity, int? seed, bool shuffles)
    {
        if (saved is null) return new(identity, seed ?? Random.Shared.Next(), null);
        identity.CheckSame(saved);
        int before = saved.State.Seed;
        if (seed is { } wanted && wanted != before && shuffles)
            throw new InvalidDataException(FormattableString.Invariant(
                $"The run in '{saved.Checkpoint}' began with seed {before} and cannot go on with {wanted}. Set `Seed` to {before}."));
        return new(identity, before, saved);
    }

    /// <summary>Puts weights and optimizer to where the run stopped; nothing where it begins anew.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is of another model.</exception>
    public void Restore(Decoder decoder, TrainingSteps steps)
    {
        if (State is null) return;
        TrainedWeights.Read(Checkpoint!, decoder.Trainable);
        OptimizerFile.Read(Checkpoint!, steps.Optimizer, State.Step);
        steps.Reference?.Read(Checkpoint!);
        steps.GoOn(State.Step, State.Elapsed);
    }
}
