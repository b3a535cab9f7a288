using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>The loop over the folds.</summary>
internal static class CrossValidation
{
    public static IReadOnlyList<CrossValidationFold> Run(
        MLContext context, IDataView data, PreferenceTrainerOptions options, int numberOfFolds, int seed, bool keepModels, CancellationToken cancellationToken)
    {
        IHost host = ((IHostEnvironment)context).Register("AlignmentCrossValidation");
        PairColumns.Of(host, data.Schema, options, nameof(data));
        IReadOnlyList<DataOperationsCatalog.TrainTestData> folds = PromptPartition.Folds(host, data, options.PartingColumn, numberOfFolds, seed);
        using IChannel channel = host.Start("CrossValidation");
        using var model = new SharedBase(context, options.Copy());
        model.GiveTo(options);
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
            AlignmentTransformer tuned = options.CreateTrainer(context).Fit(parts.TrainSet, null, cancellationToken);
            bool kept = false;
            try
            {
                AlignmentMetrics metrics = context.Alignment.Evaluate(tuned.Transform(parts.TestSet));
                kept = keepModels;
                return new CrossValidationFold(fold, metrics, parts.TestSet, kept ? tuned : null);
            }
            finally
            {
                if (!kept) tuned.Dispose();
            }
        }
    }
}
