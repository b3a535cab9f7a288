using Microsoft.ML.SimPO;

namespace Microsoft.ML;

/// <summary>Brings alignment of language models to <see cref="MLContext"/>.</summary>
public static class AlignmentExtensions
{
    extension(MLContext mlContext)
    {
        /// <summary>Trainers, data and evaluation for aligning language models with preferences.</summary>
        public AlignmentCatalog Alignment => new(mlContext);
    }
}
