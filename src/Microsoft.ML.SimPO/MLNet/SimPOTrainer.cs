using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Evaluation;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Tunes a Hugging Face causal language model with SimPO (Meng, Xia, Chen 2024, arXiv 2405.14734) on pairs of a chosen and a rejected answer.
/// </summary>
/// <remarks>
/// <see cref="Fit(IDataView)"/> can be called any number of times, also at once from several threads: each call loads the model anew and changes neither
/// the options nor the model's folder.
/// </remarks>
public sealed partial class SimPOTrainer : IEstimator<SimPOTransformer>
{
    private readonly MLContext _context;
    private readonly IHost _host;
    private readonly Options _options;

    internal SimPOTrainer(MLContext context, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _context = context;
        _options = options.Copy();
        _options.Validate();
        _host = ((IHostEnvironment)context).Register("SimPOTrainer");
    }

    /// <summary>A copy of the options that the trainer works with.</summary>
    internal Options CopyOfOptions() => _options.Copy();

    /// <inheritdoc cref="Fit(IDataView, IDataView?, CancellationToken)"/>
    public SimPOTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Loads the model and tunes it.</summary>
    /// <param name="input">The pairs to learn from.</param>
    /// <param name="validationData">Pairs to judge the model by, before the first step and after each epoch; null for none.</param>
    /// <param name="cancellationToken">Ends the work, as <c>MLContext.CancelExecution</c> does.</param>
    /// <returns>A transformer that owns the tuned weights: dispose it to free them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are no pairs to learn from, a new adapter is asked for where the model has one, or the loss stopped being a finite number.</exception>
    /// <exception cref="InvalidDataException">A file of the model or a row of the data is malformed.</exception>
    /// <exception cref="FileNotFoundException">The model's folder lacks a file.</exception>
    /// <exception cref="NotSupportedException">The model's family is not supported.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SimPOTransformer Fit(IDataView input, IDataView? validationData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var columns = PairColumns.Of(_host, input.Schema, _options);
        if (validationData is not null) PairColumns.Of(_host, validationData.Schema, _options, nameof(validationData));
        using IChannel channel = _host.Start("Training");
        using var cancellation = new FitCancellation(_host, cancellationToken);
        SimPOTransformer transformer = SimPOTransformer.FromOptions(_context, _options);
        try
        {
            List<EncodedPair> pairs = Encode(transformer, input, columns, channel, cancellation.Token);
            List<EncodedPair> validation = validationData is null ? [] : Encode(transformer, validationData, PairColumns.Of(_host, validationData.Schema, _options, nameof(validationData)), channel, cancellation.Token);
            ComputeThread.Run("SimPO training", () => Train(transformer, pairs, validation, channel, cancellation.Token));
            return transformer;
        }
        catch
        {
            transformer.Dispose();
            throw;
        }
    }

    /// <summary>The columns that <see cref="SimPOTransformer"/> adds to such a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return PairColumns.AddTo(_host, inputSchema, _options);
    }

    private List<EncodedPair> Encode(SimPOTransformer transformer, IDataView data, PairColumns columns, IChannel channel, CancellationToken cancellationToken)
    {
        PreferenceEncoder encoder = transformer.Model.Encoder(_options);
        List<EncodedPair> pairs = [];
        foreach ((string prompt, string chosen, string rejected, long row) in columns.Rows(data))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (encoder.Encode(prompt, chosen, rejected, row) is { } pair) pairs.Add(pair);
        }
        FitReport.Encoded(channel, encoder.Statistics, _options);
        return pairs.Count > 0 ? pairs : throw new InvalidOperationException("There are no preference pairs to learn from: the data has no rows, or every row was dropped.");
    }

    private bool Train(SimPOTransformer transformer, List<EncodedPair> pairs, List<EncodedPair> validation, IChannel channel, CancellationToken cancellationToken)
    {
        LanguageModel model = transformer.Model;
        int seed = _options.Seed ?? ((IHostEnvironmentInternal)_context).Seed ?? Random.Shared.Next();
        List<TrainingStep> plan = new StepPlanner(pairs, _options.BatchSize, _options.TokensPerMicroBatch).Plan(_options.Epochs, _options.Shuffle ? seed : null);
        AdapterSetup.Prepare(model, _options, seed, channel);
        FitReport.Plan(channel, model.Decoder, pairs, plan.Count, seed, _options);
        var clock = Stopwatch.StartNew();
        Validate(0, 0);
        new TrainingLoop(model.Decoder, _options.Loss(), _options.Settings()).Run(pairs, plan, Report, cancellationToken);
        FitReport.Done(channel, plan.Count, clock.Elapsed);
        return true;

        void Report(TrainingProgress progress)
        {
            transformer.AddProgress(progress);
            FitReport.Step(channel, progress);
            _options.Progress?.Report(progress);
            if (progress.Epoch == Math.Floor(progress.Epoch) || progress.Step == progress.TotalSteps) Validate(progress.Step, progress.Epoch);
        }

        void Validate(int step, double epoch)
        {
            if (validation.Count == 0) return;
            AlignmentMetrics metrics = new PairEvaluator(model.Decoder, _options.Beta, _options.Beta * _options.GammaBetaRatio, _options.TokensPerMicroBatch).Evaluate(validation, cancellationToken);
            transformer.AddValidation(new ValidationResult(step, epoch, metrics));
            FitReport.Validation(channel, step, metrics);
        }
    }
}
