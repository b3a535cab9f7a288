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
    private readonly ReferenceEncoder? _reference;
    private readonly EncodingCounters _counters = new();
    private readonly int? _endToken;

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
        int? bos = tokens.Bos is { } bosText ? tokenizer.TokenId(bosText) : null, eos = tokens.Eos is { } eosText ? tokenizer.TokenId(eosText) : null;
        ChatTemplate? applied = _options.ApplyChatTemplate ? template : null;
        ChatTurns? turns = applied is null ? null : ChatTurns.Probe(applied, tokenizer);
        _endToken = turns?.EndToken is { } end ? tokenizer.TokenId(end) : eos;
        if (_endToken is null)
            throw new InvalidDataException(
                "The model has no `eos_token` that its tokenizer knows, and its chat template ends no turn with a special token, "
                + "so an answer would have no end. "
                + "Set `eos_token` in tokenizer_config.json.");
        EndTokens = [.. new[] { _endToken, eos }.OfType<int>().Distinct()];
        _sides = new SideTokenizer(tokenizer, bos, eos);
        _texts = new ChatTexts(applied, turns);
        _reference = _options.Preparation == RowPreparation.Own ? null : new ReferenceEncoder(tokenizer, applied, bos, eos ?? _endToken.Value, _options);
    }

    /// <summary>The tokens at which an answer ends: that of the turn, and EOS where it is another.</summary>
    public IReadOnlyList<int> EndTokens { get; }

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
    public EncodedPrompt? Encode(string prompt, string chosen, string rejected, long row)
    {
        try
        {
            EncodedPrompt? pair = Encode(prompt, chosen, rejected);
            if (pair is not null) pair.Row = row;
            return pair;
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

    /// <summary>The ids of a prompt with one answer, as they are in a pair whose other answer is not longer.</summary>
    /// <inheritdoc cref="Encode(string, string, string, long)"/>
    public EncodedPrompt? EncodeAnswer(string prompt, string answer, long row) =>
        Encode(prompt, answer, answer, row) is { } pair
            ? new EncodedPrompt(pair.Chosen) { Row = row, HasCutPrompt = pair.HasCutPrompt, HasCutAnswer = pair.HasCutAnswer }
            : null;

    /// <summary>The ids of a prompt from which the model goes on, uncut.</summary>
    /// <param name="prompt">A text or messages, as for a pair.</param>
    /// <exception cref="InvalidDataException">It reads like messages and is none, or the template cannot write all of it.</exception>
    public int[] EncodePrompt(string prompt) => Ids(_texts.PromptOf(prompt));

    /// <summary>The ids of a conversation from which the model goes on, uncut.</summary>
    /// <inheritdoc cref="EncodePrompt(string)" path="/exception"/>
    public int[] EncodePrompt(Conversation prompt) => Ids(_texts.PromptOf(prompt));

    private int[] Ids((string Text, bool AddsSpecial) prompt) => _sides.Prompt(prompt.Text, prompt.AddsSpecial);

    private EncodedPrompt? Encode(string prompt, string chosen, string rejected)
    {
        if (_reference is not null) return _reference.Encode(prompt, chosen, rejected, _counters);
        bool isEmpty = IsEmpty(prompt, "prompt") || IsEmpty(chosen, "chosen answer") || IsEmpty(rejected, "rejected answer");
        return isEmpty ? Drop(isEmpty: true) : Encode(_texts.Of(prompt, chosen, rejected));
    }

    private EncodedPrompt? Encode(PairTexts texts)
    {
        (EncodedSide chosen, EncodedSide rejected) = _sides.Pair(texts);
        if (PairTruncation.Fit(chosen, rejected, _options, _endToken) is not var (fittedChosen, fittedRejected, cutsPrompt, cutsAnswer))
            return Drop(isEmpty: false);
        var pair = EncodedPrompt.Pair(
            fittedChosen.Ids, fittedChosen.PromptLength, fittedRejected.Ids, fittedRejected.PromptLength, 0, cutsPrompt, cutsAnswer);
        _counters.Encoded(texts.Handling, cutsPrompt, cutsAnswer, chosen.IsMerged || rejected.IsMerged, pair);
        return pair;
    }

    /// <summary>Whether a text that a pair needs says nothing; null is empty in a data view. A missing prompt is as wrong as a missing answer.</summary>
    private bool IsEmpty(string text, string name)
    {
        if (_options.EmptyAnswers == EmptyAnswers.Keep || !string.IsNullOrWhiteSpace(text)) return false;
        if (_options.EmptyAnswers == EmptyAnswers.Drop) return true;
        throw new InvalidDataException($"the {name} is empty. Remove the row, or set `DropEmptyAnswers`.");
    }

    private EncodedPrompt? Drop(bool isEmpty)
    {
        _counters.Dropped(isEmpty);
        return null;
    }
}
