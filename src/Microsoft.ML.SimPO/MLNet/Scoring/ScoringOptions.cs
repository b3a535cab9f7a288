using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>
/// How rows become tokens and log-probabilities become rewards: what whoever loads a model can choose. The options of every trainer have all of it too.
/// </summary>
public class ScoringOptions
{
    private int? _maxPromptLength;

    /// <summary>The column of prompts: text, or chat messages as a JSON array of <c>role</c> and <c>content</c>. Default "Prompt".</summary>
    [Option("prompt_column", OptionEffect.Data, Names = "a column")]
    public string PromptColumnName { get; set; } = "Prompt";

    /// <summary>The column of answers that were preferred. Default "Chosen".</summary>
    [Option("chosen_column", OptionEffect.Data, Names = "a column")]
    public string ChosenColumnName { get; set; } = "Chosen";

    /// <summary>The column of the other answers. Default "Rejected".</summary>
    [Option("rejected_column", OptionEffect.Data, Names = "a column")]
    public string RejectedColumnName { get; set; } = "Rejected";

    /// <summary>What a row of the data holds, and with that which columns are read. Default <see cref="RowKind.Pairs"/>.</summary>
    [Option("rows", OptionEffect.Data)]
    public RowKind Rows { get; set; }

    /// <summary>The column of answers where rows have one each. Default "Response".</summary>
    [Option("response_column", OptionEffect.Data, Names = "a column")]
    public string ResponseColumnName { get; set; } = "Response";

    /// <summary>The column of texts where rows are texts. Default "Text".</summary>
    [Option("text_column", OptionEffect.Data, Names = "a column")]
    public string TextColumnName { get; set; } = "Text";

    /// <summary>
    /// beta, the scale of the rewards: beta times the mean log-probability of an answer's tokens (arXiv 2405.14734, equation 4). Above 0, usually 2.0 to 10.0;
    /// default 2.0.
    /// </summary>
    [Option("beta", OptionEffect.Steps, Above = 0, Use = "2.0 to 10.0"), SweepRange(1, 10, DefaultOrder = 2)]
    public virtual float Beta { get; set; } = 2;

    /// <summary>
    /// The most tokens of prompt and answer. Prompts that do not fit are cut at their start, pairs whose answer alone does not fit are dropped. At least 2;
    /// default 2048.
    /// </summary>
    [Option("max_length", OptionEffect.Data, AtLeast = 2, Use = "2048")]
    public int MaxLength { get; set; } = 2048;

    /// <summary>
    /// The most tokens of a prompt. At least 1, below <see cref="MaxLength"/>, with which it goes as long as it is not set: default 1800 of 2048, 900 of 1024
    /// and so on.
    /// </summary>
    [Option("max_prompt_length", OptionEffect.Data, AtLeast = 1, BelowOption = nameof(MaxLength), Use = "1800 of 2048")]
    public int MaxPromptLength
    {
        get => _maxPromptLength ?? Math.Max(1, (int)(MaxLength * 1800L / 2048));
        set => _maxPromptLength = value;
    }

    /// <summary>
    /// Render plain prompts and answers with the model's chat template where it has one. Text that already holds the template's own turn
    /// tokens is left alone. Default true.
    /// </summary>
    [Option("apply_chat_template", OptionEffect.Data)]
    public bool ApplyChatTemplate { get; set; } = true;

    /// <summary>
    /// A chat template in place of the model's own, and in the models that are saved of it: the text of one (with <c>{{</c> or <c>{%</c> in it), a file with
    /// one, or the name of one of several that the model has. Null, the default, for the model's own.
    /// </summary>
    [Option("chat_template", OptionEffect.Data, Names = "a chat template", Use = "null for the model's own", IsLocation = true)]
    public string? ChatTemplate { get; set; }

    /// <summary>
    /// What a control token of the model, such as <c>&lt;|im_end|&gt;</c>, is in the words of a row that the chat template renders. In what users and tools say
    /// to a model that generates it is always letters. Default <see cref="ControlTokenText.Tokens"/>, as transformers and most trainers have it, and as a
    /// compatible mode must.
    /// </summary>
    [Option("control_tokens", OptionEffect.Data)]
    public ControlTokenText ControlTokens { get; set; }

    /// <summary>
    /// What becomes of a row that is scored and lacks an answer. Default <see cref="MissingAnswers.Fail"/>, an error that names the row. Training has
    /// <see cref="PreferenceTrainerOptions.DropEmptyAnswers"/>.
    /// </summary>
    [Option("missing_answers", OptionEffect.None)]
    public MissingAnswers MissingAnswers { get; set; }

    /// <summary>
    /// Whose preprocessing and training are reproduced, faults included. With another than <see cref="Compatibility.None"/>, the default, a micro-batch has
    /// <see cref="PreferenceTrainerOptions.PairsPerMicroBatch"/> pairs, each micro-batch of a step weighs the same, and a cross entropy is normalised as
    /// <see cref="SftNormalization.MicroBatchTokens"/>. The order of shuffled data is always our own.
    /// </summary>
    [Option("compatibility", OptionEffect.Steps)]
    public Compatibility Compatibility { get; set; }

    /// <summary>
    /// At most so many tokens in a forward pass, each prompt counted once; a longer pair is a pass of its own. Less takes less memory. At least 1; default
    /// 4096.
    /// </summary>
    [Option("tokens_per_micro_batch", OptionEffect.Rounding, AtLeast = 1, Use = "2048 to 16384")]
    public int TokensPerMicroBatch { get; set; } = 4096;

    /// <summary>
    /// The folder of a LoRA adapter in PEFT layout that is loaded onto the model, and trained on by a trainer; it is not written to. Null, the default, for
    /// none. A folder of a
    /// model that is such a folder itself loads the base model that its adapter_config.json names.
    /// </summary>
    [Option("adapter_name_or_path", OptionEffect.None, Names = "the folder of a LoRA adapter", Use = "null for none", IsLocation = true)]
    public string? AdapterPath { get; set; }

    /// <summary>
    /// A folder for the weights when <c>mlContext.Model.Save</c> saves the model: a path relative to the saved file, such as <c>"tuned-weights"</c>, below the
    /// folder of that file. It is a checkpoint in Hugging Face layout; the saved file names it by its relative path and by the SHA-256 of its files, so the two
    /// must be moved together. Null, the default, puts the weights into the saved file, which takes at most 1.5 GB of them. Every transformer of the model is
    /// saved so. To save over a model, use <c>mlContext.Model.SaveAtomically</c>: a failed <c>Save</c> has emptied the old file.
    /// </summary>
    [Option("external_weights", OptionEffect.None, Names = "a folder beside the saved model", Use = "null for the saved file", IsLocation = true)]
    public string? ExternalWeights { get; set; }

    /// <summary>The column by which rows belong together: none of its texts stands in two parts of the data.</summary>
    internal string PartingColumn => Rows == RowKind.Texts ? TextColumnName : PromptColumnName;

    /// <summary>The name of the method that the model is tuned with; empty for none.</summary>
    internal virtual string Method { get; init; } = "";

    /// <summary>What <see cref="Compatibility"/> means for the method.</summary>
    internal CompatibilityProfile Profile => CompatibilityProfile.Of(Compatibility, Method);

    /// <summary>What an answer is worth.</summary>
    internal virtual IReward Reward
    {
        get => field ?? new MeanReward(Beta);
        init;
    }

    /// <summary>
    /// By how much the chosen answer's reward should be the higher one in the loss that the model is trained on; 0 where that knows no such margin.
    /// </summary>
    internal virtual double TargetMargin { get; init; }

    /// <summary>The method and all options that are not as they are by default, in a line, the same in every culture.</summary>
    public override string ToString()
    {
        object usual = Activator.CreateInstance(GetType())!;
        string[] set = [.. OptionProperty.Of(GetType()).Where(o => !Equals(o.Get(this), o.Get(usual))).Select(o => $"{o.Name} {o.Text(this)}")];
        string name = Method.Length > 0 ? Method : "Scoring";
        return set.Length == 0 ? $"{name} with default options" : $"{name} with {string.Join(", ", set)}";
    }

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate()
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), "options");
    }

    /// <summary>A sentence for each value that is out of range, or does not go with others.</summary>
    internal IEnumerable<string> Faults() => OptionProperty.Of(GetType()).Select(option => option.Fault(this)).OfType<string>().Concat(Contradictions());

    /// <summary>A sentence for each value that does not go with others.</summary>
    internal virtual IEnumerable<string> Contradictions()
    {
        if (Compatibility != Compatibility.None && ControlTokens != ControlTokenText.Tokens)
            yield return
                $"`{nameof(ControlTokens)}` must be {ControlTokenText.Tokens} with `{nameof(Compatibility)}` {Compatibility}, but was {ControlTokens}.";
        if (Rows == RowKind.Pairs && ChosenColumnName == RejectedColumnName && !string.IsNullOrWhiteSpace(ChosenColumnName))
            yield return $"`{nameof(RejectedColumnName)}` must be another column than `{nameof(ChosenColumnName)}`, but both were '{ChosenColumnName}'.";
    }

    /// <summary>A copy of the same class.</summary>
    internal virtual ScoringOptions Clone() => (ScoringOptions)MemberwiseClone();

    /// <summary>What a model in memory needs of them to score.</summary>
    internal ScoringOptions ScoringPart()
    {
        ScoringOptions part = With(Method, Reward, TargetMargin);
        (part.AdapterPath, part.ChatTemplate) = (null, null); // a model in memory has both
        return part;
    }

    /// <summary>These options of a model that a method tuned.</summary>
    internal ScoringOptions With(string method, IReward reward, double targetMargin)
    {
        var tuned = new ScoringOptions { Method = method, Reward = reward, TargetMargin = targetMargin };
        foreach (OptionProperty option in OptionProperty.Of(typeof(ScoringOptions))) option.Set(tuned, option.Get(this));
        return tuned;
    }

    private protected static string Say(FormattableString text) => FormattableString.Invariant(text);
}
