using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO;

/// <summary>Tunes a Hugging Face causal language model with preferences. What is minimised is the method's own: see <see cref="SimPOTrainer"/>.</summary>
/// <remarks>
/// <see cref="Fit(IDataView)"/> can be called any number of times, also at once from several threads: each call loads the model anew and changes neither
/// the options nor the model's folder.
/// </remarks>
/// <typeparam name="TOptions">What the method can be told.</typeparam>
public abstract class PreferenceTrainer<TOptions> : IPreferenceTrainer
    where TOptions : PreferenceTrainerOptions
{
    private readonly MLContext _context;
    private readonly IHost _host;
    private readonly TOptions _options;

    private protected PreferenceTrainer(MLContext context, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _context = context;
        _options = options.Copy();
        _options.Validate();
        _host = ((IHostEnvironment)context).RegisterOwn($"{options.Method}Trainer");
        if (!(options.LearningRate >= RunForecast.DestructiveRate)) return;
        using IChannel channel = _host.Start("Options");
        channel.Warning(FormattableString.Invariant($"`LearningRate` {options.LearningRate} destroys any model within a few steps. ")
            + "Use 3e-7 to 1e-6 for large models, up to 1e-3 for very small ones and adapters.");
    }

    /// <summary>A copy of the options that the trainer works with.</summary>
    internal TOptions CopyOfOptions() => _options.Copy();

    /// <inheritdoc cref="Fit(IDataView, IDataView?, CancellationToken)"/>
    public AlignmentTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Loads the model and tunes it.</summary>
    /// <param name="input">The pairs to learn from.</param>
    /// <param name="validationData">
    /// Pairs to judge the model by, before the first step and as often as the options say; null for none, or the share of <paramref name="input"/> that
    /// <c>ValidationFraction</c> holds out.
    /// </param>
    /// <param name="cancellationToken">Ends the work within a layer's time.</param>
    /// <returns>A transformer that owns the tuned weights: dispose it to free them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no pairs to learn from, a new adapter is asked for where the model has one, an option needs validation data and there is none, or the loss
    /// stopped being a finite number.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A file of the model, a row of the data or a checkpoint to go on from is malformed, or the checkpoint is of another run.
    /// </exception>
    /// <exception cref="FileNotFoundException">The model's folder lacks a file.</exception>
    /// <exception cref="IOException">The run's folder cannot be written, or holds another run. What it held is there still.</exception>
    /// <exception cref="NotSupportedException">The model's family is not supported.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public AlignmentTransformer Fit(IDataView input, IDataView? validationData, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        PairColumns columns = Columns(input.Schema, "inputSchema");
        PairColumns? validationColumns = validationData is null ? null : Columns(validationData.Schema, nameof(validationData));
        int? seed = _options.Seed ?? ((IHostEnvironmentInternal)_context).Seed;
        CheckValidation(validationData);
        if (_options.ValidationFraction > 0)
        {
            DataOperationsCatalog.TrainTestData split = PromptPartition.Split(_host, input, _options.PartingColumn, _options.ValidationFraction, seed ?? 0);
            (input, validationData) = (split.TrainSet, split.TestSet);
            validationColumns = columns; // both parts have the schema of the whole
        }
        using IChannel channel = _host.Start("Training");
        using var cancellation = new FitCancellation(_host, cancellationToken);
        using RunFolder? folder = _options.OutputPath is null ? null : RunFolder.Open(_options.OutputPath, resumes: _options.ResumeFrom is not null);
        LanguageModel model = _options.Ready(ModelSource.Of(_options).Open(_context));
        try
        {
            RunData training = Encode(model, input, columns, "learn from", channel, cancellation.Token);
            RunData? validation = validationColumns is null
                ? null : Encode(model, validationData!, validationColumns, "be judged by", channel, cancellation.Token);
            TrainingRun run = ComputeThread.Run(
                $"{_options.Method} training", () => FitRun.Run(model, _options, training, validation, folder, seed, channel, cancellation.Token));
            return new AlignmentTransformer(_context, model, _options, run);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The columns that <see cref="AlignmentTransformer"/> adds to such a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return PairColumns.AddTo(_host, inputSchema, _options);
    }

    /// <summary>The columns of rows. Those that the method reads beside them are there as well.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    private PairColumns Columns(DataViewSchema schema, string parameter)
    {
        var columns = PairColumns.Of(_host, schema, _options, parameter);
        _options.CheckColumns(_host, schema, parameter);
        return columns;
    }

    private RunData Encode(
        LanguageModel model, IDataView data, PairColumns columns, string purpose, IChannel channel, CancellationToken cancellationToken)
    {
        PreferenceEncoder encoder = model.Encoder(_options);
        var pass = new RepeatedPass(columns);
        EncodedPrompts pairs = PairEncoding.Encode(encoder, columns.PromptsOf(data), pass.Rows(data), cancellationToken, _options.Encode);
        FitReport.Encoded(channel, encoder.Statistics, _options, model.Template is not null);
        if (pairs.Count > 0) return new RunData(_options.Prepare(pairs, pass.Again(data), _host), PairCounts.Of(encoder.Statistics));
        string what = _options.RowNoun == PreferenceTrainerOptions.Pairs ? "preference pairs" : _options.RowNoun;
        throw new InvalidOperationException($"There are no {what} to {purpose}: the data has no rows, or every row was dropped."
            + FitReport.WhyNone(encoder.Statistics, _options));
    }

    /// <exception cref="InvalidOperationException">An option needs validation data and there is none, or there are two kinds of it.</exception>
    private void CheckValidation(IDataView? validationData)
    {
        if (validationData is not null && _options.ValidationFraction > 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Validation data was given, and `ValidationFraction` is {_options.ValidationFraction}. Give one of them."));
        }
        if (validationData is not null || _options.ValidationFraction > 0) return;
        string[] needy =
        [
            .. _options.EarlyStoppingPatience > 0 ? [nameof(_options.EarlyStoppingPatience)] : Array.Empty<string>(),
            .. _options.RestoreBestModel ? [nameof(_options.RestoreBestModel)] : Array.Empty<string>(),
            .. _options.MetricForBestModel != BestModelMetric.Loss ? [nameof(_options.MetricForBestModel)] : Array.Empty<string>(),
            .. _options.EvaluationSteps > 0 ? [nameof(_options.EvaluationSteps)] : Array.Empty<string>(),
            .. _options.SampleAnswers > 0 ? [nameof(_options.SampleAnswers)] : Array.Empty<string>(),
        ];
        if (needy.Length == 0) return;
        throw new InvalidOperationException(string.Join(Environment.NewLine, needy.Select(
            o => $"`{o}` needs validation data, and there is none. Call `Fit(train, validation)`, or set `ValidationFraction`.")));
    }
}
