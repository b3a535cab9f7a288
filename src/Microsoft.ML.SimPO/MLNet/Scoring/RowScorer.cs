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

    public RowScorer(LanguageModel model, ScoringOptions options)
    {
        _model = model;
        _encoder = model.Encoder(options, everyRow: true);
        _options = options;
        _reward = options.Reward;
    }

    /// <summary>How many tokens are worth a forward pass.</summary>
    public int TokensPerBatch => _options.TokensPerMicroBatch;

    /// <param name="texts">Prompt and answers, or a text alone.</param>
    /// <exception cref="InvalidDataException">The row cannot be scored; the message names it.</exception>
    public EncodedPrompt Encode(string[] texts, long row) => _encoder.Encode(texts, row)
        ?? throw new InvalidDataException(FormattableString.Invariant($"Row {row} cannot be scored: it does not fit `MaxLength` {_options.MaxLength}."));

    /// <summary>The rewards of all answers of each row.</summary>
    public float[][] Score(IReadOnlyList<EncodedPrompt> rows) =>
        [.. ComputeThread.Run("SimPO scoring", () => new GroupScorer(_model.Decoder, _reward).Score(WithReferences(rows)))
            .Select(g => Array.ConvertAll(g.Answers, a => (float)_reward.Of(a)))];

    private IReadOnlyList<EncodedPrompt> WithReferences(IReadOnlyList<EncodedPrompt> rows) => _reward.NeedsReference
        ? (_model.References ?? NoReferences).Fill(rows, _reward, _options.Method, TokensPerBatch)
        : rows;
}
