namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A prompt with its answers in ids: sequences of prompt and answer, which share most or all of the prompt.</summary>
internal sealed class EncodedPrompt
{
    private readonly EncodedAnswer[] _answers;

    /// <param name="answers">One or more, the best first: of a pair, the chosen one and the rejected one.</param>
    public EncodedPrompt(params EncodedAnswer[] answers)
    {
        _answers = answers;
        int shared = answers[0].PromptLength, tokens = 0;
        foreach (EncodedAnswer answer in answers)
        {
            shared = Math.Min(shared, answer.PromptLength);
            shared = answers[0].Ids.Span[..shared].CommonPrefixLength(answer.Ids.Span[..shared]);
            tokens += answer.Ids.Length;
        }
        (SharedPrefixLength, PackedLength) = (shared, tokens - ((answers.Length - 1) * shared));
    }

    private EncodedPrompt(EncodedPrompt source, EncodedAnswer[] answers)
    {
        (_answers, Row, SharedPrefixLength, PackedLength) = (answers, source.Row, source.SharedPrefixLength, source.PackedLength);
        (HasCutPrompt, HasCutAnswer, Margin) = (source.HasCutPrompt, source.HasCutAnswer, source.Margin);
    }

    /// <summary>The row of the data that it comes from, counted from 1, for messages; 0 where that is not known.</summary>
    public long Row { get; set; }

    /// <summary>Whether its prompt was cut to fit.</summary>
    public bool HasCutPrompt { get; init; }

    /// <summary>Whether one of its answers was cut to fit.</summary>
    public bool HasCutAnswer { get; init; }

    /// <summary>By how much the data say that the chosen answer is the better one, in units of rewards; 0 where they do not.</summary>
    public double Margin { get; private init; }

    public IReadOnlyList<EncodedAnswer> Answers => _answers;

    public EncodedAnswer Chosen => _answers[0];

    public EncodedAnswer Rejected => _answers[1];

    /// <summary>
    /// Leading tokens that all sequences have and none scores. Less than a prompt where the border to an answer merged a token: the rest of that
    /// side's prompt is its own unscored head.
    /// </summary>
    public int SharedPrefixLength { get; }

    /// <summary>Tokens when the shared ones are laid out once.</summary>
    public int PackedLength { get; }

    /// <summary>The same tokens with what the reference model gives to each answer.</summary>
    public EncodedPrompt WithReferences(IReadOnlyList<double> references) =>
        new(this, [.. _answers.Select((a, i) => a with { Reference = references[i] })]);

    /// <summary>The same tokens with what the data say of the distance between both answers.</summary>
    public EncodedPrompt WithMargin(double margin) => new(this, _answers) { Margin = margin };

    /// <summary>The prompt with its first answer alone.</summary>
    public EncodedPrompt WithoutOthers() => new(Chosen) { Row = Row, HasCutPrompt = HasCutPrompt, HasCutAnswer = HasCutAnswer };

    /// <param name="chosenIds">Prompt and preferred answer.</param>
    /// <param name="chosenPromptLength">Tokens of <paramref name="chosenIds"/> that are not scored, from 1.</param>
    /// <param name="rejectedIds">Prompt and other answer.</param>
    /// <param name="rejectedPromptLength">Tokens of <paramref name="rejectedIds"/> that are not scored, from 1.</param>
    /// <param name="row">For messages.</param>
    public static EncodedPrompt Pair(
        TokenIds chosenIds, int chosenPromptLength, TokenIds rejectedIds, int rejectedPromptLength, long row = 0,
        bool cutsPrompt = false, bool cutsAnswer = false) =>
        new(new EncodedAnswer(chosenIds, chosenPromptLength) { Rating = 1 }, new EncodedAnswer(rejectedIds, rejectedPromptLength))
        {
            Row = row,
            HasCutPrompt = cutsPrompt,
            HasCutAnswer = cutsAnswer,
        };
}
