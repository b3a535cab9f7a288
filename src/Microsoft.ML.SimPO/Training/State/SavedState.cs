namespace Microsoft.ML.SimPO.Training.State;

/// <summary>A checkpoint that is whole.</summary>
/// <param name="Checkpoint">Its folder.</param>
/// <param name="State">Where its run stood.</param>
internal sealed record SavedState(string Checkpoint, TrainingState State)
{
    /// <exception cref="InvalidDataException">The folder is no checkpoint, or files of it are missing, cut short or altered; all are named.</exception>
    public static SavedState Read(string checkpoint) => new(checkpoint, TrainingStateFile.Read(checkpoint));
}
