using Microsoft.ML.Runtime;

// Overloads with optional parameters: each has a first parameter of its own type, so that no call can mean two of them.
#pragma warning disable RS0026

namespace Microsoft.ML.SimPO;

/// <content>What is wrong with a run.</content>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Judges a run by its log, also while it goes on: this library's by its folder, one of Hugging Face's trainers, TRL's or LLaMA-Factory's by
    /// <c>trainer_state.json</c> or the <c>log_history</c> in it. A fit in progress judges itself by the same rules, see <see cref="TrainingRun.Findings"/>.
    /// </summary>
    /// <param name="path">The folder of a run or of a checkpoint of it, or the file of a log.</param>
    /// <param name="options">From where on a run is not well, and what a log does not tell; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">There is neither such a file nor such a folder.</exception>
    /// <exception cref="InvalidDataException">It is no run and no log of one, or damaged.</exception>
    public RunCheck Diagnose(string path, DiagnosisLimits? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        RunCheck check = new RunDiagnoser(Own(options)).Diagnose(path);
        using IChannel channel = ((IHostEnvironment)_context).RegisterOwn("RunDiagnoser").Start("Diagnosis");
        foreach (string note in check.Notes) channel.Info(note);
        return check;
    }

    /// <summary>
    /// Judges a run before it begins: options that seldom go well for a model of this size, and whether it fits the memory. The model's configuration is
    /// read, and no weights.
    /// </summary>
    /// <param name="options">What the model of <see cref="PreferenceTrainerOptions.ModelPath"/> would be trained with.</param>
    /// <param name="limits">From where on a run is not well; null for those of <paramref name="options"/>, else the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or no model is named.</exception>
    /// <exception cref="FileNotFoundException">There is no config.json.</exception>
    /// <exception cref="InvalidDataException">The configuration is damaged.</exception>
    /// <exception cref="NotSupportedException">The model's family is not supported.</exception>
    public RunCheck Diagnose(PreferenceTrainerOptions options, DiagnosisLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        DiagnosisLimits own = Own(limits ?? options.Diagnosis);
        ModelDescription model = DescribeModel(options.ModelPath, options);
        bool isOnCpu = ((IHostEnvironmentInternal)_context).GpuDeviceId is null;
        long? there = own.DeviceBytes ?? (isOnCpu ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : null);
        return new RunDiagnoser(own).Diagnose(options, model, isOnCpu, there);
    }

    private static DiagnosisLimits Own(DiagnosisLimits? options)
    {
        options ??= new DiagnosisLimits();
        return options.Fault() is { } fault ? throw new ArgumentException(fault, nameof(options)) : options;
    }
}
