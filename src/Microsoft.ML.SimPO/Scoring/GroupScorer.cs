using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Log-probabilities of prompts' answers without gradients. Safe on several threads at once.</summary>
/// <param name="scoring">What a loss or a reward wants to know; null for the sums over the answers' tokens alone.</param>
internal sealed class GroupScorer(Decoder decoder, ITokenScoring? scoring = null)
{
    private readonly ITokenScoring _scoring = scoring ?? new MeanReward(1);

    /// <returns>In the order of <paramref name="groups"/>.</returns>
    public GroupScore[] Score(IReadOnlyList<EncodedPrompt> groups, CancellationToken cancellationToken = default) => Score(groups, null, cancellationToken);

    /// <param name="balance">Counts how tokens are routed; null for nothing.</param>
    /// <returns>In the order of <paramref name="groups"/>.</returns>
    public GroupScore[] Score(IReadOnlyList<EncodedPrompt> groups, RouterBalance? balance, CancellationToken cancellationToken)
    {
        PackedBatch batch = Pack(groups);
        using DisposeScope scope = NewDisposeScope();
        using DecoderPass pass = Begin(batch, balance);
        TokenFigures figures = TargetLogProbabilities.Compute(
            decoder, decoder.Forward(pass, cancellationToken), batch.ScoredRows, batch.Targets, TokenScores.Wanted(_scoring.Facts));
        var tokens = new TokenScores(_scoring, figures, 0);
        var scores = new GroupScore[groups.Count];
        foreach (PackedGroup group in batch.Groups) scores[group.Place] = tokens.Of(group);
        return scores;
    }

    /// <summary>Counts how tokens are routed, and scores nothing.</summary>
    public void Route(IReadOnlyList<EncodedPrompt> groups, RouterBalance balance, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderPass pass = Begin(Pack(groups), balance);
        decoder.Forward(pass, cancellationToken);
    }

    private PackedBatch Pack(IReadOnlyList<EncodedPrompt> groups) =>
        PackedBatch.Of([.. groups.Select((g, i) => (i, g))], decoder.Architecture, scored: _scoring.ScoredTokens);

    private DecoderPass Begin(PackedBatch batch, RouterBalance? balance) => DecoderPass.Packed(
        decoder.Architecture, batch.Tokens, decoder.Device, routed: balance is null ? null : new RoutedRows(balance, batch.Sequences, decoder.Device));
}
