using Microsoft.ML.SimPO;

namespace Microsoft.ML;

/// <summary>Brings saving that loses nothing to <c>mlContext.Model</c>.</summary>
public static class ModelOperationsExtensions
{
    extension(ModelOperationsCatalog catalog)
    {
        /// <summary>
        /// Saves a model as <c>Save</c> does, but leaves what was there until everything is written: the new file, and the folder of
        /// <see cref="ScoringOptions.ExternalWeights"/> where there is one, are made beside their places, and take them together. <c>Save</c> empties an
        /// existing file before it begins to write. Load the model with <c>Load</c>.
        /// </summary>
        /// <param name="model">A transformer, or a chain of them.</param>
        /// <param name="inputSchema">The schema of the data that it takes; null where it is not to be saved.</param>
        /// <param name="filePath">The file; replaced if it exists. Its folder must exist.</param>
        /// <exception cref="IOException">The file or the weights cannot be written; what was there is as before.</exception>
        /// <exception cref="InvalidOperationException">
        /// The weights are too large for a file, or two models of a chain have the same folder for theirs.
        /// </exception>
        public void SaveAtomically(ITransformer model, DataViewSchema? inputSchema, string filePath)
        {
            ArgumentNullException.ThrowIfNull(model);
            ArgumentException.ThrowIfNullOrEmpty(filePath);
            PendingModelFile.Write(filePath, stream => catalog.Save(model, inputSchema, stream));
        }
    }
}
