using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Turns preference pairs into ids. Thread safe.</summary>
/// <remarks>
/// The prompt is rendered with the model's chat template and the header of an answer; the answer is what the model has to write, ended by the
/// token that ends a turn, or by EOS. Both are tokenized as one text. BOS is there where the template writes it, as when the model is served; a text without
/// a template gets the tokenizer's.
/// </remarks>
internal sealed class PreferenceEncoder
{
    private readonly PreferenceEncoderOptions _options;
    private readonly SideTokenizer _sides;
    private readonly ChatTexts _texts;
    private readonly IRowEncoder? _other;
    private readonly SequenceCheck _check;
    private readonly EncodingCounters _counters = new();
    private readonly int? _endToken;
    private readonly HfTokenizer _tokenizer;
    private readonly bool _hasTemplate;

    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="tokens">The texts of its special tokens.</param>
    /// <param name="template">Its chat template; null where it has none.</param>
    /// <param name="options">How pairs become ids.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The model has no token to end an answer with.</exception>
    public PreferenceEncoder(HfTokenizer tokenizer, SpecialTokens tokens, ChatTemplate? template, PreferenceEncoderOptions? options = null)
    {
        _options = options ?? new PreferenceEncoderOptions();
        _options.Validate();
        _tokenizer = tokenizer;
        int? bos = tokens.Bos is { } bosText ? tokenizer.TokenId(bosText) : null, eos = tokens.Eos is { } eosText ? tokenizer.TokenId(eosText) : null;
        ChatTemplate? applied = _options.ApplyChatTemplate ? template : null;
        _hasTemplate = applied is not null;
        ChatTurns? turns = applied is null ? null : ChatTurns.Probe(applied, tokenizer);
        _endToken = turns?.EndToken is { } end ? tokenizer.TokenId(end) : eos;
        if (_endToken is null)
            throw new InvalidDataException(
                "The model has no `eos_token` that its tokenizer knows, and its chat template ends no turn with a special token, "
                + "so an answer would have no end. "
                + "Set `eos_token` in tokenizer_config.json.");
        EndTokens = [.. new[] { _endToken, eos }.OfType<int>().Distinct()];
        _check = new SequenceCheck(tokenizer, bos, EndTokens, endsWithTurn: !_options.KeepsTail);
        Control = new ControlTokens(tokenizer, applied);
        _sides = new SideTokenizer(tokenizer, Control, bos, eos);
        _texts = new ChatTexts(applied, turns, Control, _options.ControlTokens, _options.KeepsTail);
        _other = _options.Preparation switch
        {
            RowPreparation.Own => null,
            RowPreparation.Trl116 => new Trl116Encoder(tokenizer, applied, tokens.Eos ?? turns!.EndToken!, _options),
            RowPreparation.Trl116Cpo => new Trl116CpoEncoder(tokenizer, applied, bos, eos ?? _endToken.Value, _options),
            RowPreparation.Trl024Dpo => new Trl024DpoEncoder(tokenizer, applied, eos ?? _endToken.Value, _options),
            _ => new ReferenceEncoder(tokenizer, applied, bos, eos ?? _endToken.Value, _options),
        };
    }

    /// <summary>The tokens at which an answer ends: that of the turn, and EOS where it is another.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>The tokens that part turns, in words of the data.</summary>
    public ControlTokens Control { get; }

    /// <summary>What was done so far.</summary>
    public EncodingStatistics Statistics => _counters.Snapshot();

    /// <summary>The encoder of a model's folder.</summary>
    /// <exception cref="InvalidDataException">A file is malformed, or the model has no token to end an answer with.</exception>
    /// <exception cref="FileNotFoundException">There is no tokenizer in the folder.</exception>
    public static PreferenceEncoder Load(string folder, PreferenceEncoderOptions? options = null) =>
        new(HfTokenizer.Load(folder), SpecialTokens.Load(folder), ChatTemplate.Load(folder), options);

    /// <summary>The ids of one pair.</summary>
    /// <param name="prompt">A text, which is the user's turn, or a JSON array of <c>{"role", "content"}</c> messages.</param>
    /// <param name="chosen">The preferred answer: a text, or such an array that ends with the assistant's turn.</param>
    /// <param name="rejected">The other answer, likewise.</param>
    /// <param name="row">The row's number, for messages.</param>
    /// <returns>Null for a pair that the options drop.</returns>
    /// <exception cref="InvalidDataException">The row cannot be encoded; the message names it.</exception>
    public EncodedPrompt? Encode(string prompt, string chosen, string rejected, long row) =>
        Named(row, () => EncodeAt(row, prompt, chosen, rejected, PromptOrigin.Given));

    /// <summary>The texts of a row as this model reads them: without a template, dialogues keep their marks.</summary>
    /// <param name="texts">Prompt and answers.</param>
    /// <param name="origin">What the prompt was.</param>
    public string[] AsRead(string[] texts, PromptOrigin origin) => _hasTemplate || origin == PromptOrigin.Given
        ? texts : PlainTexts.Of(texts, origin, _options.Preparation is RowPreparation.Trl024 or RowPreparation.Trl116 or RowPreparation.Trl116Cpo);

    /// <summary>
    /// Whether there must be a prompt: two texts that share nothing are learned from their beginning on, but a template would write a turn in which nobody says
    /// anything.
    /// </summary>
    public bool NeedsPrompt(PromptOrigin origin) => _other is null && (_hasTemplate || origin != PromptOrigin.Shared);

    private EncodedPrompt? Named(long row, Func<EncodedPrompt?> encode)
    {
        try
        {
            EncodedPrompt? encoded = encode();
            if (encoded is null) return null;
            encoded.Row = row;
            foreach (EncodedAnswer answer in encoded.Answers) RequireRows(answer.Ids.Span);
            return encoded;
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException(FormattableString.Invariant($"Row {row}: the model's chat template refuses this conversation: {e.Detail}"), e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException(FormattableString.Invariant($"Row {row}: {e.Message}"), e);
        }
    }

    /// <summary>The texts of one pair, as they are tokenized by the sound rules.</summary>
    /// <inheritdoc cref="Encode(string, string, string, long)"/>
    public PairTexts Texts(string prompt, string chosen, string rejected)
    {
        try
        {
            return _texts.Of(prompt, chosen, rejected);
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"the model's chat template refuses this conversation: {e.Detail}", e);
        }
    }

    /// <summary>One pair with all that was made of it, by the sound rules or those of a reference; not counted.</summary>
    /// <inheritdoc cref="Encode(string, string, string, long)"/>
    /// <exception cref="InvalidDataException">The row cannot be encoded; the message says why, without its number.</exception>
    public EncodingDetail Examine(string prompt, string chosen, string rejected)
    {
        try
        {
            return _other?.Examine(prompt, chosen, rejected) ?? Detail(_texts.Of(prompt, chosen, rejected));
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"the model's chat template refuses this conversation: {e.Detail}", e);
        }
    }

    /// <summary>The ids of a row: of a pair, of a prompt with one answer, or of a text.</summary>
    /// <param name="texts">Prompt, chosen and rejected answer; prompt and answer; or a text alone. See <see cref="AsRead"/>.</param>
    /// <param name="origin">What the prompt was.</param>
    /// <inheritdoc cref="Encode(string, string, string, long)" path="/param[@name='row']|/returns|/exception"/>
    public EncodedPrompt? Encode(string[] texts, long row, PromptOrigin origin = PromptOrigin.Given) => texts switch
    {
        [var text] => EncodeText(text, row),
        [var prompt, var answer] => EncodeAnswer(prompt, answer, row, origin),
        _ => Named(row, () => EncodeAt(row, texts[0], texts[1], texts[2], origin)),
    };

    /// <summary>The ids of a prompt with one answer, as they are in a pair whose other answer is not longer.</summary>
    /// <inheritdoc cref="Encode(string[], long, PromptOrigin)"/>
    public EncodedPrompt? EncodeAnswer(string prompt, string answer, long row, PromptOrigin origin = PromptOrigin.Given) =>
        Named(row, () => EncodeAt(row, prompt, answer, null, origin));

    /// <summary>The ids of a text and EOS, all scored but the first, which nothing predicts. No template is applied; a long text keeps its start.</summary>
    /// <param name="text">A plain text, or one that a template wrote.</param>
    /// <inheritdoc cref="Encode(string, string, string, long)" path="/param[@name='row']|/returns|/exception"/>
    public EncodedPrompt? EncodeText(string text, long row) => Named(row, () =>
    {
        if (IsEmpty(text, "text")) return Drop(isEmpty: true);
        if (ConversationText.TryParse(text) is not null)
            throw new InvalidDataException("the text is a conversation. Give its last answer in a column of its own, and what is before it as the prompt.");
        (int[] ids, bool isCut) = _sides.Text(text, EndTokens[^1], _options.MaxLength);
        var encoded = new EncodedPrompt(new EncodedAnswer(ids, 1) { Rating = 1 }) { HasCutAnswer = isCut };
        _counters.Encoded(PromptHandling.Plain, merged: false, encoded);
        return encoded;
    });

    /// <summary>The ids of a prompt from which the model goes on, uncut.</summary>
    /// <param name="prompt">A text or messages, as for a pair.</param>
    /// <exception cref="InvalidDataException">It reads like messages and is none, or the template cannot write all of it.</exception>
    public int[] EncodePrompt(string prompt) => Ids(_texts.PromptOf(prompt));

    /// <summary>The ids of a conversation from which the model goes on, uncut.</summary>
    /// <inheritdoc cref="EncodePrompt(string)" path="/exception"/>
    public int[] EncodePrompt(Conversation prompt) => Ids(_texts.PromptOf(prompt));

    private int[] Ids((string Text, bool AddsSpecial) prompt) => _sides.Prompt(prompt.Text, prompt.AddsSpecial);

    /// <param name="rejected">Null for a prompt with one answer.</param>
    private EncodedPrompt? EncodeAt(long row, string prompt, string chosen, string? rejected, PromptOrigin origin)
    {
        if (_other is not null) return _other.Encode(prompt, chosen, rejected, _counters);
        bool isEmpty = (NeedsPrompt(origin) && IsEmpty(prompt, "prompt")) || IsEmpty(chosen, rejected is null ? "answer" : "chosen answer")
            || (rejected is not null && IsEmpty(rejected, "rejected answer"));
        if (isEmpty) return Drop(isEmpty: true);
        EncodingDetail detail = Detail(_texts.Of(prompt, chosen, rejected ?? chosen));
        if (detail.Pair is not { } pair) return Drop(isEmpty: false);
        if (rejected is null) pair = pair.WithoutOthers();
        _counters.Encoded(detail.Texts.Handling, detail.IsMerged, pair);
        _counters.Odd(row, detail);
        return pair;
    }

    /// <summary>A tokenizer may know more tokens than the model.</summary>
    private void RequireRows(ReadOnlySpan<int> ids)
    {
        if (_options.EmbeddingRows is not { } rows) return;
        foreach (int id in ids)
            if (id >= rows) throw new InvalidDataException(FormattableString.Invariant(
                $"the token `{_tokenizer.TokenText(id)}` has the id {id}, but the model's embedding has {rows} rows. ")
                + "The tokenizer belongs to another model, or got tokens that the model did not.");
    }

    private EncodingDetail Detail(PairTexts texts)
    {
        (EncodedSide chosen, EncodedSide rejected) = _sides.Pair(texts);
        string? fault = _check.Fault(chosen) ?? _check.Fault(rejected);
        if (PairTruncation.Fit(chosen, rejected, _options, _endToken) is not var (fittedChosen, fittedRejected, cutsPrompt, cutsAnswer))
            return new EncodingDetail(texts, chosen, rejected, null) { Fault = fault };
        var pair = EncodedPrompt.Pair(
            fittedChosen.Ids, fittedChosen.PromptLength, fittedRejected.Ids, fittedRejected.PromptLength, 0, cutsPrompt, cutsAnswer);
        return new EncodingDetail(texts, chosen, rejected, pair) { Fault = fault };
    }

    /// <summary>Whether a text that a pair needs says nothing; null is empty in a data view. A missing prompt is as wrong as a missing answer.</summary>
    private bool IsEmpty(string text, string name)
    {
        if (_options.EmptyAnswers == EmptyAnswers.Keep || !VisibleText.IsBlank(text)) return false;
        if (_options.EmptyAnswers == EmptyAnswers.Drop) return true;
        throw new InvalidDataException($"the {name} is empty. Remove the row, or set `DropEmptyAnswers`.");
    }

    private EncodedPrompt? Drop(bool isEmpty)
    {
        _counters.Dropped(isEmpty);
        return null;
    }
}
