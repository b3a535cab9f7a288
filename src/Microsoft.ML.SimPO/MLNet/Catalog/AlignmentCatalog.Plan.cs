using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <content>What a run will be.</content>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Tells what a run will be: options, steps, tokens, memory by part, whether it fits, and if not the nearest settings with which it does. The model's
    /// configuration and tokenizer are read, and no weights.
    /// </summary>
    /// <param name="options">What the model of <see cref="PreferenceTrainerOptions.ModelPath"/> would be trained with.</param>
    /// <param name="data">The rows that it would learn from; null for none, without which steps and tokens are not known.</param>
    /// <param name="deviceBytes">
    /// Memory of the device; null, the default, for that of this machine where the context computes on the CPU, else it is not known.
    /// </param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ArgumentException">An option is out of range, or no model is named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="FileNotFoundException">There is no config.json, or with data no tokenizer.</exception>
    /// <exception cref="InvalidDataException">The configuration, a row or the tokenizer is damaged, or the options of LoRA do not fit the model.</exception>
    /// <exception cref="NotSupportedException">The model's family is not supported.</exception>
    public RunPlan Plan(PreferenceTrainerOptions options, IDataView? data = null, long? deviceBytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(options.ModelPath);
        IHost host = ((IHostEnvironment)_context).RegisterOwn("RunPlanner");
        if (data is not null && options.ValidationFraction > 0)
        {
            int seed = options.Seed ?? ((IHostEnvironmentInternal)_context).Seed ?? 0;
            data = PromptPartition.Split(host, data, options.PartingColumn, options.ValidationFraction, seed).TrainSet;
        }
        IReadOnlyList<EncodedPrompt>? encoded = data is null ? null : PairEncoding.Encode(
            PreferenceEncoder.Load(options.ModelPath, options.Encoding()), data, PairColumns.Of(host, data.Schema, options, nameof(data)), cancellationToken,
            options.Encode);
        bool isOnCpu = ((IHostEnvironmentInternal)_context).GpuDeviceId is null;
        long? there = deviceBytes ?? (isOnCpu ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : null);
        return RunPlanner.Plan(options, isOnCpu, encoded, there);
    }

    /// <summary>
    /// Measures for a quarter of a second how fast this process multiplies and copies where the context computes, and tells by it how long a plan's steps
    /// take.
    /// </summary>
    /// <param name="plan">With data; of one without, the time stays unknown.</param>
    /// <returns>The plan with its <see cref="RunPlan.Time"/>.</returns>
    /// <exception cref="DllNotFoundException">There is no libtorch.</exception>
    public RunPlan MeasureTime(RunPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Work is not { } work) return plan;
        ComputeRates rates = ComputeRates.Measure(work.Shape, ComputeDevice.Of(_context));
        return plan with { Time = TimeSpan.FromSeconds(work.Seconds(rates)) };
    }
}
