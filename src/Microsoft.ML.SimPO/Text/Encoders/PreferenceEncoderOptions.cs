namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>How a preference pair becomes ids.</summary>
internal sealed record PreferenceEncoderOptions
{
    /// <summary>Tokens of prompt and answer together at most, from 2. Default 2,048.</summary>
    public int MaxLength { get; init; } = 2048;

    /// <summary>Tokens of the prompt at most, from 1; null for what the answers leave. Default null; a compatibility mode takes 1,800 then.</summary>
    public int? MaxPromptLength { get; init; }

    /// <summary>Whether texts are rendered with the model's chat template, where it has one. Default true.</summary>
    public bool ApplyChatTemplate { get; init; } = true;

    /// <summary>Default <see cref="LongAnswers.Drop"/>.</summary>
    public LongAnswers LongAnswers { get; init; } = LongAnswers.Drop;

    /// <summary>Whether TRL 1.16's truncation leaves out what it would cut: its reward models are trained on whole texts. Default false.</summary>
    public bool LeavesOutCut { get; init; }

    /// <summary>Default <see cref="EmptyAnswers.Refuse"/>.</summary>
    public EmptyAnswers EmptyAnswers { get; init; } = EmptyAnswers.Refuse;

    /// <summary>What control tokens in the words of a conversation are; a compatibility mode has them as tokens. Default <see cref="ControlTokenText.Tokens"/>.
    /// </summary>
    public ControlTokenText ControlTokens { get; init; } = ControlTokenText.Tokens;

    /// <summary>Tokens that the model has: an id behind them is an error of its row. Null where that is not known.</summary>
    public int? EmbeddingRows { get; init; }

    /// <summary>
    /// Whether an answer keeps what the chat template writes behind its turn, such as a line break: a reward model reads the whole conversation, as
    /// transformers' <c>apply_chat_template</c> writes it, where a language model learns what it has to write. Default false.
    /// </summary>
    public bool KeepsTail { get; init; }

    /// <summary>Default <see cref="RowPreparation.Own"/>.</summary>
    public RowPreparation Preparation { get; init; } = RowPreparation.Own;

    /// <summary>Which part of a prompt stays when a compatibility mode cuts it. Default <see cref="PromptCut.KeepEnd"/>.</summary>
    public PromptCut PromptCut { get; init; } = PromptCut.KeepEnd;

    /// <exception cref="ArgumentException">Names every value that is out of range.</exception>
    public void Validate()
    {
        List<string> faults = [];
        if (MaxLength < 2) faults.Add(FormattableString.Invariant($"`MaxLength` must be at least 2, but was {MaxLength}. Use 512 to 4096."));
        if (MaxPromptLength < 1)
            faults.Add(FormattableString.Invariant(
                $"`MaxPromptLength` must be at least 1, but was {MaxPromptLength}. Leave it out, or use three quarters of `MaxLength`."));
        if (MaxPromptLength >= MaxLength)
            faults.Add(FormattableString.Invariant(
                $"`MaxPromptLength` must be less than `MaxLength` ({MaxLength}), but was {MaxPromptLength}."));
        if (faults.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }
}
