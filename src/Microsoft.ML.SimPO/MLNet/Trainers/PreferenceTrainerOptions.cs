using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What every trainer of <c>mlContext.Alignment.Trainers</c> can be told: model, data, schedule, optimizer, run and LoRA. Each adds its method's own.
/// </summary>
public abstract partial class PreferenceTrainerOptions : ScoringOptions
{
    private protected PreferenceTrainerOptions()
    {
    }

    /// <summary>
    /// The model to tune: a folder in Hugging Face layout with config.json, *.safetensors and tokenizer.json. Required, unless
    /// <see cref="ScoringOptions.AdapterPath"/> or
    /// <see cref="BaseModel"/> is given.
    /// </summary>
    public string ModelPath { get; set; } = "";

    /// <summary>
    /// Train a new LoRA adapter and leave the model's weights frozen. Null, the default, trains all weights, or the adapter that the model has already.
    /// </summary>
    public LoraOptions? Lora { get; set; }

    /// <summary>
    /// A loaded model to begin with in place of <see cref="ModelPath"/>: its weights stay as they are, and are in memory once for all that adapters are
    /// trained on
    /// them. Without <see cref="Lora"/> and <see cref="ScoringOptions.AdapterPath"/> its own adapter is trained on in a copy, or, where it has none, a copy
    /// of all its
    /// weights. Null, the default, for none.
    /// </summary>
    public AlignmentTransformer? BaseModel { get; set; }

    /// <summary>
    /// Leave out pairs with an answer of nothing but white space, and count them in the log. Default false: such a pair is an error that names its row.
    /// </summary>
    public bool DropEmptyAnswers { get; set; }

    /// <summary>
    /// The share of the data that is held out for validation, split by prompt so that none stands on both sides. From 0 to below 1; default 0, for none
    /// or the validation data that <c>Fit</c> is given.
    /// </summary>
    public double ValidationFraction { get; set; }

    /// <summary>Whether each epoch has an order of its own. Default true.</summary>
    public bool Shuffle { get; set; } = true;

    /// <summary>Where the random numbers begin; null, the default, takes the seed of the <see cref="MLContext"/>.</summary>
    public int? Seed { get; set; }

    /// <summary>Is told of every step as soon as it is done, on the training thread. Null, the default, for nobody.</summary>
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>The method's name in logs and messages.</summary>
    internal abstract string Method { get; }

    /// <summary>Sentences about options that have no effect as they are set together.</summary>
    internal virtual IEnumerable<string> Warnings => [];

    /// <summary>What decides the steps of a run beside what all methods have, by name.</summary>
    internal virtual IReadOnlyDictionary<string, object?> Deciding => new Dictionary<string, object?>();

    /// <summary>What a cross entropy beside the loss is the mean of, without a <see cref="Compatibility"/>.</summary>
    internal virtual SftNormalization CrossEntropy => SftNormalization.Pair;

    /// <summary>The loss that these options describe.</summary>
    internal abstract IPreferenceLoss CreateLoss();

    /// <summary>The trainer of these options, which copies them.</summary>
    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal abstract IPreferenceTrainer CreateTrainer(MLContext context);

    internal override ScoringOptions Clone()
    {
        var copy = (PreferenceTrainerOptions)base.Clone();
        copy.Lora = Lora?.Copy();
        return copy;
    }
}
