using Microsoft.ML.SimPO;

namespace Microsoft.ML;

/// <summary>Brings alignment of language models to <see cref="MLContext"/>.</summary>
public static class AlignmentExtensions
{
    extension(MLContext mlContext)
    {
        /// <summary>Trainers, data and evaluation for aligning language models with preferences.</summary>
        /// <remarks>Warnings are written to the error stream as long as the program does not hear <see cref="MLContext.Log"/> itself.</remarks>
        public AlignmentCatalog Alignment
        {
            get
            {
                ConsoleWarnings.Attach(mlContext);
                return new AlignmentCatalog(mlContext);
            }
        }
    }
}
