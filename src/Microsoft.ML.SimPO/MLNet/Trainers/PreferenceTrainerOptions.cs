using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What every trainer of <c>mlContext.Alignment.Trainers</c> can be told: model, data, schedule, optimizer, run and LoRA. Each adds its method's own.
/// </summary>
public abstract partial class PreferenceTrainerOptions : ScoringOptions
{
    internal const string Pairs = "pairs";

    private protected PreferenceTrainerOptions()
    {
    }

    /// <summary>
    /// The model to tune: a folder in Hugging Face layout with config.json, *.safetensors and tokenizer.json. Required, unless
    /// <see cref="ScoringOptions.AdapterPath"/> or
    /// <see cref="BaseModel"/> is given.
    /// </summary>
    [Option("model_name_or_path", OptionEffect.None, IsLocation = true)]
    public string ModelPath { get; set; } = "";

    /// <summary>
    /// Train a new LoRA adapter and leave the model's weights frozen. Null, the default, trains all weights, or the adapter that the model has already.
    /// </summary>
    [Option("use_peft", OptionEffect.Steps)]
    public LoraOptions? Lora { get; set; }

    /// <summary>
    /// A loaded model to begin with in place of <see cref="ModelPath"/>: its weights stay as they are, and are in memory once for all that adapters are
    /// trained on
    /// them. Without <see cref="Lora"/> and <see cref="ScoringOptions.AdapterPath"/> its own adapter is trained on in a copy, or, where it has none, a copy
    /// of all its
    /// weights. Null, the default, for none.
    /// </summary>
    [Option(null, OptionEffect.None, IsLocation = true)]
    public AlignmentTransformer? BaseModel { get; set; }

    /// <summary>
    /// Leave out pairs with an answer of nothing but white space, and count them in the log. Default false: such a pair is an error that names its row.
    /// </summary>
    [Option("drop_empty_answers", OptionEffect.Data)]
    public bool DropEmptyAnswers { get; set; }

    /// <summary>
    /// The share of the data that is held out for validation, split by prompt so that none stands on both sides. From 0 to below 1; default 0, for none
    /// or the validation data that <c>Fit</c> is given.
    /// </summary>
    [Option("validation_fraction", OptionEffect.Data, AtLeast = 0, Below = 1, Use = "0.05 to 0.2, or 0 for none")]
    public double ValidationFraction { get; set; }

    /// <summary>Whether each epoch has an order of its own. Default true.</summary>
    [Option("shuffle", OptionEffect.Steps)]
    public bool Shuffle { get; set; } = true;

    /// <summary>Where the random numbers begin; null, the default, takes the seed of the <see cref="MLContext"/>.</summary>
    [Option("seed", OptionEffect.None)]
    public int? Seed { get; set; }

    /// <summary>
    /// Is told of every step as soon as it is done, on the training thread; where it is an <see cref="IProgress{T}"/> of <see cref="ValidationResult"/> too, as
    /// <see cref="TrainingProgress.Console"/> is, of every evaluation. Null, the default, for nobody.
    /// </summary>
    [Option(null, OptionEffect.None)]
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>
    /// What tells the steps of a run from those of another method; null for SimPO, whose runs said nothing of it when there was no other.
    /// </summary>
    internal virtual string? MethodInState => Method;

    internal override IReward Reward => CreateLoss().Reward;

    internal override double TargetMargin => CreateLoss().TargetMargin;

    /// <summary>The option that holds chosen answers where they are; null where the method has none.</summary>
    internal virtual string? AnchorOption => null;

    /// <summary>Where rewards are beta times the mean log-probability of a token: their target margin over beta. Null elsewhere.</summary>
    internal virtual double? TargetRatio => null;

    /// <summary>Whether the loss has steps without a gradient in a healthy run, as a hinge has.</summary>
    internal virtual bool HasZeroGradients => false;

    /// <summary>Sentences about options that have no effect as they are set together.</summary>
    internal virtual IEnumerable<string> Warnings => [];

    /// <summary>Whether the method can learn from rows of one answer.</summary>
    internal virtual bool TakesSingleAnswers => false;

    /// <summary>What messages call what a row becomes, in the plural.</summary>
    internal virtual string RowNoun => Pairs;

    /// <summary>What messages call what a step is made of, in the plural.</summary>
    internal virtual string StepNoun => RowNoun;

    /// <summary>What a cross entropy beside the loss is the mean of, without a <see cref="Compatibility"/>.</summary>
    internal virtual SftNormalization CrossEntropy => SftNormalization.Pair;

    /// <summary><see cref="CrossEntropy"/>, or with a <see cref="Compatibility"/> what that one has.</summary>
    private protected SftNormalization CrossEntropyInForce => Profile.CrossEntropy ?? CrossEntropy;

    /// <summary>From a row's texts to what is learned from it.</summary>
    /// <returns>Null for a row that is dropped.</returns>
    internal virtual EncodedPrompt? Encode(PreferenceEncoder encoder, string[] texts, long row, PromptOrigin prompts) => encoder.Encode(texts, row, prompts);

    /// <summary>Which of the data are dealt out together; null for each by itself.</summary>
    internal virtual IReadOnlyList<int[]>? PackedRows(IReadOnlyList<EncodedPrompt> data) => null;

    /// <summary>Looks for the columns that <see cref="Prepare"/> reads, before a model is opened.</summary>
    /// <param name="parameter">What the data is called in the exception.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    internal virtual void CheckColumns(IHost host, DataViewSchema schema, string parameter)
    {
    }

    /// <summary>What the method trains on, made of the encoded rows of a data view: the rows themselves where it does nothing to them.</summary>
    internal virtual IReadOnlyList<EncodedPrompt> Prepare(IReadOnlyList<EncodedPrompt> pairs, IDataView data, IHost host) => pairs;

    /// <summary>The loss that these options describe.</summary>
    internal abstract IAlignmentLoss CreateLoss();

    /// <summary>The model as the method tunes it, which has the place of the one that is given.</summary>
    /// <exception cref="InvalidOperationException">It is a reward model, and the method tunes language models.</exception>
    internal virtual LanguageModel Ready(LanguageModel model) =>
        model.After(m => RewardModels.RequireLanguageModel(m, $"{Method} tunes models that write answers"));

    /// <summary>What the method makes of such a model.</summary>
    internal virtual DecoderArchitecture Tuned(DecoderArchitecture architecture) => architecture;

    /// <summary>Whether a second model is in memory while this one is trained.</summary>
    internal virtual bool NeedsSecondModel => false;

    /// <summary>The second model, as it is before the first step; null for none.</summary>
    internal virtual MovingReference? CreateMovingReference(Decoder decoder) => null;

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
