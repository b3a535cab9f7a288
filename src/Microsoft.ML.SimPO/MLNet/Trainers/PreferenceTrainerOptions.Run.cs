namespace Microsoft.ML.SimPO;

/// <content>Evaluation while training, the run's folder, and going on with a run.</content>
public abstract partial class PreferenceTrainerOptions
{
    /// <summary>The value of <see cref="ResumeFrom"/> that looks for the newest checkpoint itself.</summary>
    private const string AutomaticResume = "Auto";

    /// <summary>
    /// Steps between two evaluations on the validation data. 0 or more; default 0, for the end of each epoch. The first one is before the first step, the
    /// last after
    /// the last.
    /// </summary>
    [Option("eval_steps", OptionEffect.None, AtLeast = 0, Use = "0 for each epoch")]
    public int EvaluationSteps { get; set; }

    /// <summary>
    /// Steps between two lines of the log about them; the first and the last step always have one. The run's own log in <see cref="OutputPath"/> and
    /// <c>Progress</c> have all. At least 1; default 1.
    /// </summary>
    [Option("logging_steps", OptionEffect.None, AtLeast = 1, Use = "1 for each step")]
    public int LoggingSteps { get; set; } = 1;

    /// <summary>
    /// So many prompts of the validation data are answered at every evaluation, the same each time and with the likeliest tokens, at most 128: loss and
    /// accuracy look well also of a model that has lost its language. The answers stand in the log, in <see cref="ValidationResult.SampleAnswers"/>, in the
    /// report of the run, and with <see cref="TrainingProgress.Console"/> on the console. 0 or more; default 0, for none. Needs validation data.
    /// </summary>
    [Option("sample_answers", OptionEffect.None, AtLeast = 0, Use = "3, or 0 for none")]
    public int SampleAnswers { get; set; }

    /// <summary>
    /// Stop after so many evaluations in a row that are not better than the best by <see cref="MetricForBestModel"/>, and give back the best model. 0 or more;
    /// default 0, for never. Needs validation data.
    /// </summary>
    [Option("early_stopping_patience", OptionEffect.None, AtLeast = 0, Use = "2 to 5, or 0 for never")]
    public int EarlyStoppingPatience { get; set; }

    /// <summary>
    /// Give back the weights of the best evaluation by <see cref="MetricForBestModel"/> in place of the last. Default false; early stopping always does. Needs
    /// validation data.
    /// </summary>
    [Option("load_best_model_at_end", OptionEffect.None)]
    public bool RestoreBestModel { get; set; }

    /// <summary>
    /// What the best evaluation is chosen by, for <see cref="RestoreBestModel"/>, <see cref="EarlyStoppingPatience"/>, the checkpoint that is always kept and
    /// <see cref="TrainingRun.BestValidation"/>. Default <see cref="BestModelMetric.Loss"/>. Another one needs validation data with pairs.
    /// </summary>
    [Option("metric_for_best_model", OptionEffect.None)]
    public BestModelMetric MetricForBestModel { get; set; }

    /// <summary>
    /// A folder for the run: <c>trainer_log.jsonl</c>, and in <c>checkpoint-STEP</c> a model in Hugging Face layout with all that the run needs to go on from
    /// there, on the CPU to the same bits. One fit at a time may write to it. Null, the default, writes nothing.
    /// </summary>
    [Option("output_dir", OptionEffect.None, Names = "a folder", Use = "null to write nothing")]
    public string? OutputPath { get; set; }

    /// <summary>
    /// Steps between two checkpoints in <see cref="OutputPath"/>. 0 or more; default 0, for the end of each epoch. There is always one after the last step.
    /// </summary>
    [Option("save_steps", OptionEffect.None, AtLeast = 0, Use = "0 for each epoch")]
    public int SaveSteps { get; set; }

    /// <summary>The most checkpoints that are kept, the newest and the best one always among them. 0 or more; default 0, for all.</summary>
    [Option("save_total_limit", OptionEffect.None, AtLeast = 0, Use = "0 for all")]
    public int SaveTotalLimit { get; set; }

    /// <summary>Write a checkpoint also when the fit is cancelled. Default false.</summary>
    [Option("save_on_cancel", OptionEffect.None)]
    public bool SaveOnCancel { get; set; }

    /// <summary>
    /// Where to go on: <c>"Auto"</c> takes the newest whole checkpoint in <see cref="OutputPath"/>, or begins anew where there is none; anything else is
    /// the folder of a checkpoint. On the CPU of the same machine with the same number of threads the result is that of a run that was never
    /// interrupted, to the bit. Null, the default, begins anew.
    /// </summary>
    [Option("resume_from_checkpoint", OptionEffect.None)]
    public string? ResumeFrom { get; set; }

    /// <summary>
    /// Stop when the diagnosis finds an error, a collapse as a rule, and where there is validation data give back the model of the best evaluation before the
    /// first sign of it, which may be the untuned one. Default false: the run goes on, and says so.
    /// </summary>
    [Option("stop_on_error", OptionEffect.None)]
    public bool StopOnError { get; set; }

    /// <summary>From where on the run is not well. Null, the default, for the defaults.</summary>
    [Option(null, OptionEffect.None)]
    public DiagnosisLimits? Diagnosis { get; set; }

    internal bool ResumesAutomatically => string.Equals(ResumeFrom, AutomaticResume, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the best model is given back in place of the last.</summary>
    internal bool KeepsBest => RestoreBestModel || EarlyStoppingPatience > 0 || StopOnError;
}
