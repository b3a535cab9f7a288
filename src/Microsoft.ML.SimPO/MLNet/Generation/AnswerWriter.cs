using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts in, answers out, many at a time. Thread safe.</summary>
/// <param name="warn">Told of answers that went beyond the positions that the model was made for.</param>
internal sealed class AnswerWriter(LanguageModel model, ScoringOptions options, Action<string> warn)
{
    /// <summary>Sequences that share forward passes: enough to be limited by arithmetic rather than by reading the weights.</summary>
    public const int BatchSize = 32;

    private readonly PreferenceEncoder _encoder = EncoderOf(model, options);

    /// <exception cref="InvalidDataException">The model's chat template refuses the conversation.</exception>
    public int[] Encode(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Encode(() => _encoder.EncodePrompt(prompt));
    }

    /// <inheritdoc cref="Encode(string)"/>
    public int[] Encode(IReadOnlyList<Message> messages) => Encode(() => _encoder.EncodePrompt(new Conversation(messages)));

    private static int[] Encode(Func<int[]> encode)
    {
        try
        {
            int[] ids = encode();
            return ids.Length > 0 ? ids : throw new InvalidDataException("The prompt has no tokens. Give the model something to go on from.");
        }
        catch (JinjaException e)
        {
            throw new InvalidDataException($"The model's chat template refuses this conversation: {e.Detail}", e);
        }
    }

    /// <exception cref="InvalidOperationException">The model writes nothing.</exception>
    private static PreferenceEncoder EncoderOf(LanguageModel model, ScoringOptions options)
    {
        RewardModels.RequireLanguageModel(model, "it rates answers and writes none");
        return model.Encoder(options, everyRow: true);
    }

    /// <summary>Several answers to each prompt, prompts of like length together. None is planned before it is its turn.</summary>
    /// <param name="prompts">Their ids, with the place that their random numbers go by.</param>
    /// <param name="done">Told the answers to a prompt, by its index in the list, when they are there.</param>
    public void WriteSamples(
        IReadOnlyList<(int[] Ids, int Place)> prompts, int samples, GenerationOptions generation, Action<int, IReadOnlyList<GeneratedText>> done,
        CancellationToken cancellationToken)
    {
        IEnumerable<(int Prompt, int Random)> rows =
            from i in Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Ids.Length)
            from sample in Enumerable.Range(0, samples)
            select (i, unchecked((prompts[i].Place * samples) + sample));
        List<GeneratedText> answers = []; // of the prompt that is under way
        foreach ((int Prompt, int Random)[] batch in rows.Chunk(BatchSize))
        {
            GeneratedText[] written = Write([.. batch.Select(row => (prompts[row.Prompt].Ids, row.Random))], generation, null, cancellationToken);
            for (int row = 0; row < batch.Length; row++)
            {
                answers.Add(written[row]);
                if (answers.Count < samples) continue;
                done(batch[row].Prompt, answers);
                answers = [];
            }
        }
    }

    /// <param name="prompts">
    /// Their ids, with the index of the random numbers of each. Those that are one and the same array and follow each other are computed once.
    /// </param>
    /// <param name="onText">Told the pieces of the answers as they come: which prompt, what text.</param>
    public GeneratedText[] Write(
        IReadOnlyList<(int[] Ids, int Random)> prompts, GenerationOptions generation, Action<int, string>? onText, CancellationToken cancellationToken)
    {
        using ModelLease lease = model.Enter();
        var answers = new GeneratedText[prompts.Count];
        int[] ends = [.. model.StopTokens.Union(_encoder.EndTokens)];
        var generator = new TokenGenerator(lease.Decoder, ends);
        // Prompts of like length together: none waits long for the others.
        foreach (int[] batch in Enumerable.Range(0, prompts.Count).OrderBy(i => prompts[i].Ids.Length).Chunk(BatchSize))
        {
            AnswerText[] texts =
                [.. batch.Select(i => new AnswerText(model.Tokenizer, ends, generation.StopStrings, onText is null ? null : text => onText(i, text)))];
            TokenSequence[] written = ComputeThread.Run(
                "SimPO generation",
                () => generator.Run([.. batch.Select(i => prompts[i])], generation, (row, token) => texts[row].Append(token), cancellationToken));
            for (int row = 0; row < batch.Length; row++)
            {
                TokenSequence sequence = written[row];
                answers[batch[row]] = new GeneratedText
                {
                    Text = texts[row].Finish(),
                    Finish = sequence.Finish!.Value,
                    PromptTokens = sequence.Prompt.Length,
                    NewTokens = sequence.NewTokens,
                };
            }
        }
        CheckContext(answers, lease.Decoder.Architecture.MaxPositions);
        return answers;
    }

    private void CheckContext(GeneratedText[] answers, int positions)
    {
        GeneratedText[] beyond = [.. answers.Where(a => a.PromptTokens + a.NewTokens > positions)];
        if (beyond.Length == 0) return;
        GeneratedText longest = beyond.MaxBy(a => a.PromptTokens + a.NewTokens)!;
        warn(FormattableString.Invariant($"{beyond.Length} of {answers.Length} answers went beyond the {positions} positions that the model was made for: ")
            + FormattableString.Invariant($"a prompt of {longest.PromptTokens} tokens and an answer of {longest.NewTokens}. ")
            + FormattableString.Invariant($"Set `MaxLength` to {positions}, or give shorter prompts."));
    }
}
