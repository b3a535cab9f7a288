using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Scores rows of text. Thread safe.</summary>
internal sealed class RowScorer
{
    private static readonly ModelReferences NoReferences = new(null, null);

    private readonly LanguageModel _model;
    private readonly PreferenceEncoder _encoder;
    private readonly ScoringOptions _options;
    private readonly IReward _reward;
    private readonly Action<string> _warn;
    private readonly int _positions;
    private long _cutPrompts, _cutAnswers;
    private int _toldLong;

    /// <param name="warn">Told once of rows that the model was not made for, and at powers of ten of rows that were cut.</param>
    public RowScorer(LanguageModel model, ScoringOptions options, Action<string> warn)
    {
        (_model, _options, _reward) = (model, options, options.Reward);
        _encoder = model.Encoder(options, everyRow: true);
        (_warn, _positions) = (warn, model.Decoder.Architecture.MaxPositions);
    }

    /// <summary>How many tokens are worth a forward pass.</summary>
    public int TokensPerBatch => _options.TokensPerMicroBatch;

    /// <param name="texts">Prompt and answers, or a text alone.</param>
    /// <param name="row">Its number from 1.</param>
    /// <param name="prompts">What the prompts were.</param>
    /// <returns>Null for a row without an answer, where that has no score.</returns>
    /// <exception cref="InvalidDataException">The row cannot be scored; the message names it.</exception>
    public EncodedPrompt? Encode(string[] texts, long row, PromptOrigin prompts = PromptOrigin.Given)
    {
        if (MissingText.In(texts) is { } missing)
        {
            if (_options.MissingAnswers == MissingAnswers.NotANumber) return null;
            throw new InvalidDataException(FormattableString.Invariant($"Row {row} cannot be scored: {missing}. ")
                + "Remove the row, or set `MissingAnswers` to NotANumber to have no score of such rows.");
        }
        EncodedPrompt encoded = _encoder.Encode(_encoder.AsRead(texts, prompts), row, prompts)
            ?? throw new InvalidDataException(FormattableString.Invariant($"Row {row} cannot be scored: it does not fit `MaxLength` {_options.MaxLength}."));
        int tokens = encoded.Answers.Max(a => a.Ids.Length);
        if (tokens > _positions && Interlocked.Exchange(ref _toldLong, 1) == 0)
            _warn(FormattableString.Invariant($"Row {row} has {tokens} tokens, more than the {_positions} positions that the model was made for. ")
                + FormattableString.Invariant($"Use `MaxLength` {_positions}. Other rows may be as long."));
        if (encoded.HasCutAnswer) Tell(ref _cutAnswers, row, "an answer", "What is scored is what is left of it");
        else if (encoded.HasCutPrompt) Tell(ref _cutPrompts, row, "a prompt", "It is scored without its beginning");
        return encoded;
    }

    /// <summary>The rewards of all answers of each row.</summary>
    /// <exception cref="InvalidOperationException">A row's is not a finite number; the message names the first.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[][] Score(IReadOnlyList<EncodedPrompt> rows)
    {
        float[][] rewards = [.. Groups(rows).Select(g => Array.ConvertAll(g.Answers, a => (float)_reward.Of(a)))];
        int bad = Array.FindIndex(rewards, r => !r.All(float.IsFinite));
        return bad < 0 ? rewards : throw new InvalidOperationException(FormattableString.Invariant(
            $"Row {rows[bad].Row} cannot be scored: its reward is {rewards[bad].First(r => !float.IsFinite(r))}, no finite number.")
            + " The model's weights are damaged, or its training diverged.");
    }

    private GroupScore[] Groups(IReadOnlyList<EncodedPrompt> rows)
    {
        try
        {
            using ModelLease lease = _model.Enter();
            return ComputeThread.Run("SimPO scoring", () => new GroupScorer(lease.Decoder, _reward).Score(WithReferences(rows)));
        }
        catch (InvalidDataException e) when (rows.Count == 1) // of more, each is scored by itself after that
        {
            throw new InvalidDataException(FormattableString.Invariant($"Row {rows[0].Row} cannot be scored: {e.Message}"), e);
        }
    }

    /// <summary>At the first row, the tenth, the hundredth and so on: as often as it is worth a line.</summary>
    private void Tell(ref long count, long row, string what, string consequence)
    {
        long number = Interlocked.Increment(ref count), power = number;
        while (power % 10 == 0) power /= 10;
        if (power != 1) return;
        _warn(FormattableString.Invariant(
            $"Row {row} has {what} that was cut to fit `MaxLength` {_options.MaxLength} and `MaxPromptLength` {_options.MaxPromptLength}. {consequence}.")
            + (number == 1 ? " The log will name the tenth such row, the hundredth and so on." : FormattableString.Invariant($" It is the {number}th.")));
    }

    private IReadOnlyList<EncodedPrompt> WithReferences(IReadOnlyList<EncodedPrompt> rows) => _reward.NeedsReference
        ? (_model.References ?? NoReferences).Fill(rows, _reward, _options.Method, TokensPerBatch)
        : rows;
}
