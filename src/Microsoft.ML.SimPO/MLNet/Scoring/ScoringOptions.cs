namespace Microsoft.ML.SimPO;

/// <summary>
/// How rows become tokens and log-probabilities become rewards: what whoever loads a model can choose. The options of every trainer have all of it too.
/// </summary>
public class ScoringOptions
{
    /// <summary>The column of prompts: text, or chat messages as a JSON array of <c>role</c> and <c>content</c>. Default "Prompt".</summary>
    public string PromptColumnName { get; set; } = "Prompt";

    /// <summary>The column of answers that were preferred. Default "Chosen".</summary>
    public string ChosenColumnName { get; set; } = "Chosen";

    /// <summary>The column of the other answers. Default "Rejected".</summary>
    public string RejectedColumnName { get; set; } = "Rejected";

    /// <summary>beta, the scale of the rewards: beta times the mean log-probability of an answer's tokens. Above 0, usually 2.0 to 10.0; default 2.0.</summary>
    [SweepRange(1, 10)]
    public virtual float Beta { get; set; } = 2;

    /// <summary>
    /// The most tokens of prompt and answer. Prompts that do not fit are cut at their start, pairs whose answer alone does not fit are dropped. At least 2;
    /// default 2048.
    /// </summary>
    public int MaxLength { get; set; } = 2048;

    /// <summary>The most tokens of a prompt. At least 1, below <see cref="MaxLength"/>; default 1800.</summary>
    public int MaxPromptLength { get; set; } = 1800;

    /// <summary>
    /// Render plain prompts and answers with the model's chat template where it has one. Text that already holds the template's own turn
    /// tokens is left alone. Default true.
    /// </summary>
    public bool ApplyChatTemplate { get; set; } = true;

    /// <summary>
    /// Whose preprocessing and training are reproduced, faults included. With another than <see cref="Compatibility.None"/>, the default, a micro-batch has
    /// <see cref="PreferenceTrainerOptions.PairsPerMicroBatch"/> pairs, each micro-batch of a step weighs the same, and a cross entropy is normalised as
    /// <see cref="SftNormalization.MicroBatchTokens"/>. The order of shuffled data is always our own.
    /// </summary>
    public Compatibility Compatibility { get; set; }

    /// <summary>
    /// At most so many tokens in a forward pass, each prompt counted once; a longer pair is a pass of its own. Less takes less memory. At least 1; default
    /// 4096.
    /// </summary>
    public int TokensPerMicroBatch { get; set; } = 4096;

    /// <summary>
    /// The folder of a LoRA adapter in PEFT layout that is loaded onto the model, and trained on by a trainer; it is not written to. Null, the default, for
    /// none. A folder of a
    /// model that is such a folder itself loads the base model that its adapter_config.json names.
    /// </summary>
    public string? AdapterPath { get; set; }

    /// <summary>What a margin between two rewards has to reach in the loss that the model is trained on; 0 where none is wanted.</summary>
    internal virtual double TargetMargin { get; init; }

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    internal void Validate()
    {
        string[] faults = [.. Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), "options");
    }

    /// <summary>A copy of the same class.</summary>
    internal virtual ScoringOptions Clone() => (ScoringOptions)MemberwiseClone();

    /// <summary>What a model needs of them to score, without the folder of an adapter.</summary>
    internal ScoringOptions ScoringPart() => new()
    {
        PromptColumnName = PromptColumnName,
        ChosenColumnName = ChosenColumnName,
        RejectedColumnName = RejectedColumnName,
        Beta = Beta,
        MaxLength = MaxLength,
        MaxPromptLength = MaxPromptLength,
        ApplyChatTemplate = ApplyChatTemplate,
        Compatibility = Compatibility,
        TokensPerMicroBatch = TokensPerMicroBatch,
        TargetMargin = TargetMargin,
    };

    /// <summary>A sentence for each value that is out of range.</summary>
    internal virtual IEnumerable<string> Faults()
    {
        foreach ((string option, string value) in new[]
        {
            (nameof(PromptColumnName), PromptColumnName), (nameof(ChosenColumnName), ChosenColumnName), (nameof(RejectedColumnName), RejectedColumnName),
        })
            if (string.IsNullOrWhiteSpace(value)) yield return $"`{option}` must name a column, but was empty.";
        if (!(Beta > 0 && float.IsFinite(Beta))) yield return Say($"`Beta` must be greater than 0, but was {Beta}. Use 2.0 to 10.0.");
        if (!Enum.IsDefined(Compatibility)) yield return Say($"`Compatibility` must be None, SimPOReference or Trl024, but was {Compatibility}.");
        if (TokensPerMicroBatch < 1) yield return Say($"`TokensPerMicroBatch` must be at least 1, but was {TokensPerMicroBatch}. Use 2048 to 16384.");
        if (MaxLength < 2) yield return Say($"`MaxLength` must be at least 2, but was {MaxLength}. Use 2048.");
        if (MaxPromptLength < 1 || MaxPromptLength >= MaxLength)
            yield return Say($"`MaxPromptLength` must be at least 1 and below `MaxLength` ({MaxLength}), but was {MaxPromptLength}. Use 1800 of 2048.");
        if (AdapterPath is not null && string.IsNullOrWhiteSpace(AdapterPath))
            yield return "`AdapterPath` must name the folder of a LoRA adapter, but was empty. Use null for none.";
    }

    private protected static string Say(FormattableString text) => FormattableString.Invariant(text);
}
