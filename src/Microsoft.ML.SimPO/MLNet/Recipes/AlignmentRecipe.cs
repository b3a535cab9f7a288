using System.Text;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A recipe that was read: options for the trainer, data, and what became of each setting. <see cref="ToString"/> is a table of it.
/// </summary>
public sealed class AlignmentRecipe
{
    private readonly MLContext _context;

    internal AlignmentRecipe(
        MLContext context, PreferenceTrainerOptions options, IReadOnlyList<RecipeDataset> train, IReadOnlyList<RecipeDataset> validation,
        IReadOnlyList<RecipeSetting> settings, IReadOnlyList<string> notes) =>
        (_context, Options, TrainingData, ValidationData, Settings, Notes) = (context, options, train, validation, settings, notes);

    /// <summary>What the trainer is told. It may be changed before <see cref="Fit"/>.</summary>
    public PreferenceTrainerOptions Options { get; }

    /// <summary>The data sets that are trained on, in the order in which they are joined.</summary>
    public IReadOnlyList<RecipeDataset> TrainingData { get; }

    /// <summary>The data sets that are evaluated on; none where a part of the training data is held out.</summary>
    public IReadOnlyList<RecipeDataset> ValidationData { get; }

    /// <summary>Every setting that the recipe says, and every default that takes effect, by key.</summary>
    public IReadOnlyList<RecipeSetting> Settings { get; }

    /// <summary>What a reader of the recipe must know: the global batch, templates that are swapped in, what is held out.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether an empty system message is put before prompts without one.</summary>
    internal bool InsertsSystemMessage { get; init; }

    /// <summary>The most rows of each data set, the first of them; null for all.</summary>
    internal int? MostRows { get; init; }

    /// <summary>The training data: the first rows of each part by its fraction, joined in their order, then shuffled.</summary>
    /// <exception cref="InvalidDataException">The data is damaged or does not hold pairs.</exception>
    public IDataView LoadTrainingData() => Load(TrainingData, takesFirst: true);

    /// <summary>The validation data; null where a part of the training data is held out.</summary>
    /// <exception cref="InvalidDataException">The data is damaged or does not hold pairs.</exception>
    public IDataView? LoadValidationData() => ValidationData.Count == 0 ? null : Load(ValidationData, takesFirst: false);

    /// <summary>
    /// Looks for the faults that preference data have and no trainer tells, in all rows of each part of the training data, unless they are single answers: see
    /// <see cref="AlignmentCatalog.Check(string, string?, string?, DataCheckOptions?, CancellationToken)"/>. The model's tokenizer is read, and no weights.
    /// </summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<DataCheck> CheckData(CancellationToken cancellationToken = default) =>
        [.. TrainingData.Where(p => p.Fraction > 0 && Options.Rows == RowKind.Pairs).Select(p => _context.Alignment.Check(
            p.Path, Options.ModelPath, ValidationData.Count > 0 ? ValidationData[0].Path : null, CheckOptions(p.Split), cancellationToken))];

    private DataCheckOptions CheckOptions(string? split) => new()
    {
        Loading = new PreferenceLoadOptions { Split = split, MaxRows = MostRows }, MaxLength = Options.MaxLength, ApplyChatTemplate = Options.ApplyChatTemplate,
    };

    /// <summary>
    /// Where the run does not fit the memory, and does with settings that change no result of it (fewer tokens in a micro-batch, activations computed anew),
    /// sets <see cref="Options"/> so: to the first that is enough, as <see cref="RunPlan.Nearest"/> has it. An adapter in the place of full tuning is another
    /// run, and is left to the caller.
    /// </summary>
    /// <param name="deviceBytes">Memory of the device; null, the default, for that of this machine.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What was set, as a recipe writes it; null where nothing was.</returns>
    /// <exception cref="InvalidDataException">A file of the model is malformed.</exception>
    public string? FitToMemory(long? deviceBytes = null, CancellationToken cancellationToken = default)
    {
        RunPlan plan = _context.Alignment.Plan(Options, null, deviceBytes, cancellationToken);
        if (plan is not { Fits: false, NearestTokens: { } tokens, NearestRecomputes: { } recomputes }) return null;
        (Options.TokensPerMicroBatch, Options.GradientCheckpointing) = (tokens, recomputes);
        return plan.Nearest;
    }

    /// <summary>Trains: what the recipe is for.</summary>
    /// <param name="cancellationToken">Ends the run; its checkpoints stay.</param>
    /// <exception cref="ArgumentException"><see cref="Options"/> are out of range; all that are get listed.</exception>
    /// <exception cref="InvalidDataException">Model or data are damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public AlignmentTransformer Fit(CancellationToken cancellationToken = default) =>
        Options.CreateTrainer(_context).Fit(LoadTrainingData(), LoadValidationData(), cancellationToken);

    /// <summary>Writes the settings with their origins into the folder of a run, so that its report has them.</summary>
    /// <param name="folder">The run's. It must exist.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveSettings(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        RecipeSettingsFile.Write(folder, Settings);
    }

    /// <summary>A line for each setting: key, value, whose it is, and why it changes nothing or what it was made of; then the notes.</summary>
    public override string ToString()
    {
        int keys = Settings.Max(s => s.Key.Length), values = Settings.Max(s => Short(s.Value).Length);
        var text = new StringBuilder();
        foreach (RecipeSetting s in Settings)
        {
            string origin = RecipeSettingsFile.OriginOf(s.Origin);
            text.AppendLine($"{s.Key.PadRight(keys)}  {Short(s.Value).PadRight(values)}  {origin,-8}  {RecipeSettingsFile.NoteOf(s)}".TrimEnd());
        }
        foreach (string note in Notes) text.AppendLine(note);
        return text.ToString();
    }

    private static string Short(string value)
    {
        string line = value.ReplaceLineEndings("\\n");
        return line.Length <= 48 ? line : line[..45] + "...";
    }

    private IDataView Load(IReadOnlyList<RecipeDataset> parts, bool takesFirst)
    {
        RecipeDataset[] taken = [.. parts.Where(p => p.Fraction > 0)];
        var options = new PreferenceLoadOptions { Shuffle = true, Seed = 42, FractionsTakeFirst = takesFirst, MaxRows = MostRows };
        IDataView data = Options.Rows == RowKind.Responses
            ? RecipeConversations.Load(_context, taken, MostRows ?? int.MaxValue, labelled: Options is KtoTrainer.Options)
            : _context.Alignment.LoadPreferences([.. taken.Select(p => new MixturePart(p.Path, p.Fraction, p.Split))], options);
        return InsertsSystemMessage ? EmptySystemMessage.AddTo(data, _context) : data;
    }
}
