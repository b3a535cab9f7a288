namespace Microsoft.ML.SimPO;

public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Samples several answers to each prompt into a folder, as the scripts of SimPO's recipes do: <c>output_SEED.json</c> for each seed, and
    /// <c>all_outputs.json</c> without the prompts whose answers are all the same. <c>answers.jsonl</c> takes the answers to each prompt when they are there: a
    /// run that was broken off goes on with the next.
    /// </summary>
    /// <param name="prompts">Rows with a column of prompts. One that comes again is taken once.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="folder">Where the files go; it is made.</param>
    /// <param name="options">Null for the settings of the recipes.</param>
    /// <param name="cancellationToken">Ends the work; the answers so far are kept.</param>
    /// <returns>The answers, and how many were there before.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of it is listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no prompts, the model writes none, or the folder holds another run's answers.</exception>
    /// <exception cref="System.IO.InvalidDataException">A line of the file of answers is none.</exception>
    /// <exception cref="System.IO.IOException">The folder cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SampledAnswers Sample(
        IDataView prompts, AlignmentTransformer model, string folder, SamplingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new SamplingRun(_context, model, folder, options ?? new SamplingOptions()).Run(prompts, cancellationToken);
    }
}
