using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The loop over the folds.</summary>
internal static class CrossValidation
{
    public static IReadOnlyList<CrossValidationFold> Run(
        MLContext context, IDataView data, PreferenceTrainerOptions options, int numberOfFolds, int seed, bool keepModels, CancellationToken cancellationToken)
    {
        IHost host = Host(context);
        PairColumns.Of(host, data.Schema, options, nameof(data));
        options.CheckColumns(host, data.Schema, nameof(data));
        IReadOnlyList<DataOperationsCatalog.TrainTestData> folds = PromptPartition.Folds(host, data, options.PartingColumn, numberOfFolds, seed);
        using var model = new SharedBase(context, options.Copy());
        model.GiveTo(options);
        return Run(
            host, folds, keepModels,
            parts =>
            {
                AlignmentTransformer tuned = options.CreateTrainer(context).Fit(parts.TrainSet, null, cancellationToken);
                return (tuned, tuned, () => context.Alignment.Evaluate(tuned.Transform(parts.TestSet)));
            },
            cancellationToken);
    }

    /// <summary>Of a chain that ends in a trainer.</summary>
    public static IReadOnlyList<CrossValidationFold> Run(
        MLContext context, IDataView data, IEstimator<TransformerChain<AlignmentTransformer>> chain, int numberOfFolds, string promptColumn, int seed,
        bool keepModels, CancellationToken cancellationToken)
    {
        IHost host = Host(context);
        IReadOnlyList<DataOperationsCatalog.TrainTestData> folds = PromptPartition.Folds(host, data, promptColumn, numberOfFolds, seed);
        return Run(
            host, folds, keepModels,
            parts =>
            {
                TransformerChain<AlignmentTransformer> tuned = chain.Fit(parts.TrainSet);
                return (tuned.LastTransformer, tuned, () => context.Alignment.Evaluate(tuned.Transform(parts.TestSet)));
            },
            cancellationToken);
    }

    private static IHost Host(MLContext context) => ((IHostEnvironment)context).RegisterOwn("AlignmentCrossValidation");

    /// <param name="fit">Gives the model of a fold, what is disposed with it, and how it is judged.</param>
    private static List<CrossValidationFold> Run(
        IHost host, IReadOnlyList<DataOperationsCatalog.TrainTestData> folds, bool keepModels,
        Func<DataOperationsCatalog.TrainTestData, (AlignmentTransformer Model, IDisposable All, Func<AlignmentMetrics> Judge)> fit,
        CancellationToken cancellationToken)
    {
        using IChannel channel = host.Start("CrossValidation");
        List<CrossValidationFold> results = [];
        try
        {
            for (int fold = 0; fold < folds.Count; fold++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                CrossValidationFold result = Judge(fold, folds[fold]);
                results.Add(result);
                channel.Info(FormattableString.Invariant($"fold {fold + 1}/{folds.Count}: {Summary(result.Metrics)}"));
            }
            return results;
        }
        catch
        {
            foreach (CrossValidationFold result in results) result.Model?.Dispose();
            throw;
        }

        static string Summary(AlignmentMetrics metrics) => metrics.Count == 0
            ? FormattableString.Invariant($"mean reward {metrics.MeanChosenReward:F3}")
            : FormattableString.Invariant($"accuracy {metrics.Accuracy:P1}, mean margin {metrics.MeanMargin:F3}, {metrics.Count} pairs");

        CrossValidationFold Judge(int fold, DataOperationsCatalog.TrainTestData parts)
        {
            (AlignmentTransformer model, IDisposable all, Func<AlignmentMetrics> judge) = fit(parts);
            bool kept = false;
            try
            {
                AlignmentMetrics metrics = judge();
                kept = keepModels;
                return new CrossValidationFold(fold, metrics, parts.TestSet, kept ? model : null);
            }
            finally
            {
                if (!kept) all.Dispose();
            }
        }
    }
}
