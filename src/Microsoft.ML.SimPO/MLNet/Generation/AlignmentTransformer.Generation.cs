using Microsoft.Extensions.AI;
using Microsoft.ML.SimPO.Generation;

namespace Microsoft.ML.SimPO;

/// <content>What the model writes.</content>
public sealed partial class AlignmentTransformer
{
    /// <summary>
    /// What the makers of the model suggest in <c>generation_config.json</c>: whether to sample, temperature, top-k and so on.
    /// <see cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/> does not use it by itself, so that models can be compared by their
    /// likeliest answers; pass it, changed with <c>with</c> where wanted. The defaults where there is no such file.
    /// </summary>
    /// <exception cref="InvalidDataException">A field of the file is out of its range.</exception>
    public GenerationOptions SuggestedGeneration => GenerationConfig.Of(Model.Files);

    /// <summary>The model's suggestion, but greedy: what models are compared by.</summary>
    internal GenerationOptions GreedyGeneration(int maxNewTokens) => SuggestedGeneration with { Sample = false, MaxNewTokens = maxNewTokens };

    private AnswerWriter? _writer;

    /// <summary>Made once, for it asks the chat template what it writes; where two threads make one each, both are the same.</summary>
    internal AnswerWriter Writer => _writer ??= new AnswerWriter(Model, Options, Warn);

    /// <summary>Answers to prompts. On the CPU an answer does not depend, to the last bit, on what else is asked in the same call.</summary>
    /// <param name="prompts">Texts, each a user's turn where the model has a chat template; or chat messages as JSON.</param>
    /// <param name="options">Null for the likeliest tokens, at most 256.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>An answer each, without special tokens.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="InvalidDataException">The model's chat template refuses a prompt.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<string> Generate(IEnumerable<string> prompts, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        [.. GenerateSamples(prompts, 1, options, cancellationToken).Select(samples => samples[0].Text)];

    /// <summary>The answer to a prompt.</summary>
    /// <param name="prompt">A text, a user's turn where the model has a chat template; or chat messages as JSON.</param>
    /// <inheritdoc cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/>
    public string Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Generate([prompt], options, cancellationToken)[0];
    }

    /// <summary>The answer to a conversation, rendered with the model's chat template.</summary>
    /// <param name="messages">The turns so far, at least one, of text alone. Where the last is the assistant's, it is continued.</param>
    /// <inheritdoc cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/>
    public string Generate(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        GenerationOptions checkedOptions = Checked(options);
        AnswerWriter writer = Writer;
        return writer.Write([(writer.Encode(ChatTurnReader.Read(messages, null)), 0)], checkedOptions, null, cancellationToken)[0].Text;
    }

    /// <summary>Several answers to each prompt, as preference data is made from a model's own. A prompt is computed once for all its answers.</summary>
    /// <param name="prompts">Texts, each a user's turn where the model has a chat template; or chat messages as JSON.</param>
    /// <param name="samples">Answers to each prompt. At least 1; more than one need <see cref="GenerationOptions.Sample"/>.</param>
    /// <returns>The answers to each prompt.</returns>
    /// <inheritdoc cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/>
    public IReadOnlyList<IReadOnlyList<GeneratedText>> GenerateSamples(
        IEnumerable<string> prompts, int samples, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        GenerationOptions checkedOptions = Checked(options);
        if (samples < 1) throw new ArgumentException(FormattableString.Invariant($"`samples` must be at least 1, but was {samples}."), nameof(samples));
        if (samples > 1 && !checkedOptions.Sample)
            throw new ArgumentException(
                FormattableString.Invariant($"{samples} samples of a prompt would be equal, for `Sample` is false. Set it, or ask for 1."), nameof(samples));
        AnswerWriter writer = Writer;
        (int[] Ids, int Place)[] asked = [.. prompts.Select((prompt, i) => (writer.Encode(prompt), i))];
        var answers = new IReadOnlyList<GeneratedText>[asked.Length];
        writer.WriteSamples(asked, samples, checkedOptions, (i, written) => answers[i] = written, cancellationToken);
        return answers;
    }

    /// <summary>The answer to a prompt, piece by piece as it is written; together the pieces are what <c>Generate</c> returns. Whole characters only.</summary>
    /// <param name="prompt">A text, a user's turn where the model has a chat template; or chat messages as JSON.</param>
    /// <returns>Pieces of text, none empty. Whoever stops reading ends the work.</returns>
    /// <inheritdoc cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/>
    public IAsyncEnumerable<string> GenerateStreaming(string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        GenerationOptions checkedOptions = Checked(options);
        AnswerWriter writer = Writer;
        return AnswerStream.Read(writer, writer.Encode(prompt), checkedOptions, null, cancellationToken);
    }

    /// <summary>The answer to a conversation, piece by piece as it is written.</summary>
    /// <param name="messages">The turns so far, at least one, of text alone. Where the last is the assistant's, it is continued.</param>
    /// <returns>Pieces of text, none empty. Whoever stops reading ends the work.</returns>
    /// <inheritdoc cref="Generate(IEnumerable{string}, GenerationOptions?, CancellationToken)"/>
    public IAsyncEnumerable<string> GenerateStreaming(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        GenerationOptions checkedOptions = Checked(options);
        AnswerWriter writer = Writer;
        return AnswerStream.Read(writer, writer.Encode(ChatTurnReader.Read(messages, null)), checkedOptions, null, cancellationToken);
    }

    /// <summary>The model as a chat client of Microsoft.Extensions.AI, streaming and cancellable.</summary>
    /// <remarks>
    /// Without options it generates as <see cref="SuggestedGeneration"/> says, with new random numbers each time and at most 2,048 tokens or what the context
    /// has room for. Temperature, top-p, top-k, most tokens, seed, stop sequences and instructions are honoured (a temperature of 0 is greedy); penalties,
    /// tools, JSON formats and conversation ids are refused. A <see cref="GenerationOptions"/> from <see cref="ChatOptions.RawRepresentationFactory"/> takes
    /// the place of what is suggested.
    /// </remarks>
    /// <returns>A client that uses this model's weights: it works as long as the model is not disposed. It need not be disposed.</returns>
    public IChatClient AsChatClient() => new LanguageModelChatClient(this);

    private GenerationOptions Checked(GenerationOptions? options)
    {
        options ??= new GenerationOptions();
        options.Validate(nameof(options));
        if (options.Unused is { } unused) Warn(unused);
        return options;
    }
}
