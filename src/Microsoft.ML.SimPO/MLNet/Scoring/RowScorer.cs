using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
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
    private int _toldLong, _toldCut;

    /// <param name="warn">Told once of rows that the model was not made for, and once of rows that were cut.</param>
    public RowScorer(LanguageModel model, ScoringOptions options, Action<string> warn)
    {
        _model = model;
        _encoder = model.Encoder(options, everyRow: true);
        _options = options;
        _reward = options.Reward;
        (_warn, _positions) = (warn, model.Decoder.Architecture.MaxPositions);
    }

    /// <summary>How many tokens are worth a forward pass.</summary>
    public int TokensPerBatch => _options.TokensPerMicroBatch;

    /// <param name="texts">Prompt and answers, or a text alone.</param>
    /// <exception cref="InvalidDataException">The row cannot be scored; the message names it.</exception>
    public EncodedPrompt Encode(string[] texts, long row)
    {
        EncodedPrompt encoded = _encoder.Encode(texts, row)
            ?? throw new InvalidDataException(FormattableString.Invariant($"Row {row} cannot be scored: it does not fit `MaxLength` {_options.MaxLength}."));
        int tokens = encoded.Answers.Max(a => a.Ids.Length);
        if (tokens > _positions && Interlocked.Exchange(ref _toldLong, 1) == 0)
            _warn(FormattableString.Invariant($"Row {row} has {tokens} tokens, more than the {_positions} positions that the model was made for. ")
                + FormattableString.Invariant($"Use `MaxLength` {_positions}. Other rows may be as long."));
        if (tokens >= Math.Min(_options.MaxLength, _options.MaxPromptLength) && _toldCut == 0) TellCut(row);
        return encoded;
    }

    /// <summary>The rewards of all answers of each row.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[][] Score(IReadOnlyList<EncodedPrompt> rows)
    {
        using ModelLease lease = _model.Enter();
        return [.. ComputeThread.Run("SimPO scoring", () => new GroupScorer(lease.Decoder, _reward).Score(WithReferences(rows)))
            .Select(g => Array.ConvertAll(g.Answers, a => (float)_reward.Of(a)))];
    }

    private void TellCut(long row)
    {
        EncodingStatistics statistics = _encoder.Statistics;
        if (statistics.CutPrompts + statistics.CutAnswers == 0 || Interlocked.Exchange(ref _toldCut, 1) != 0) return;
        string what = statistics.CutAnswers > 0 ? "an answer" : "a prompt";
        _warn(FormattableString.Invariant($"By row {row} {what} was cut to fit `MaxLength` {_options.MaxLength} and `MaxPromptLength` ")
            + FormattableString.Invariant($"{_options.MaxPromptLength}; the scores are those of the rest. Others may be cut, too."));
    }

    private IReadOnlyList<EncodedPrompt> WithReferences(IReadOnlyList<EncodedPrompt> rows) => _reward.NeedsReference
        ? (_model.References ?? NoReferences).Fill(rows, _reward, _options.Method, TokensPerBatch)
        : rows;
}
