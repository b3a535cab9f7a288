using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

public sealed class PairScorerTests : IDisposable
{
    private readonly Decoder _decoder = RandomDecoder.Make();

    public static TheoryData<string> Corners => [.. RandomPairs.Corners().Keys];

    public void Dispose() => _decoder.Dispose();

    /// <summary>Against the full log-softmax of both whole sequences.</summary>
    [Theory]
    [MemberData(nameof(Corners))]
    public void A_pair_has_the_log_probabilities_of_its_two_sequences(string corner)
    {
        EncodedPair pair = RandomPairs.Corners()[corner];
        GroupScore found = new PairScorer(_decoder).Score([pair])[0];
        Assert.Equal(pair.ChosenAnswerLength, found.Chosen.Count);
        Assert.Equal(pair.RejectedAnswerLength, found.Rejected.Count);
        Differences.AssertClose("chosen", Sum(pair.ChosenIds, pair.ChosenPromptLength), found.Chosen.Sum, 2e-5);
        Differences.AssertClose("rejected", Sum(pair.RejectedIds, pair.RejectedPromptLength), found.Rejected.Sum, 2e-5);
    }

    [Fact]
    public void Pairs_do_not_influence_each_other()
    {
        EncodedPair[] pairs = [.. RandomPairs.Make(6), .. RandomPairs.Corners().Values];
        var scorer = new PairScorer(_decoder);
        GroupScore[] together = scorer.Score(pairs);
        for (int i = 0; i < pairs.Length; i++)
        {
            GroupScore alone = scorer.Score([pairs[i]])[0];
            Differences.AssertClose($"chosen of {i}", alone.Chosen.Sum, together[i].Chosen.Sum, 2e-5);
            Differences.AssertClose($"rejected of {i}", alone.Rejected.Sum, together[i].Rejected.Sum, 2e-5);
        }
    }

    [Fact]
    public void Cancelled_scoring_ends_and_leaves_nothing()
    {
        long before = LiveTensors.CountWithoutGarbage();
        Assert.Throws<OperationCanceledException>(() => new PairScorer(_decoder).Score(RandomPairs.Make(2), new CancellationToken(canceled: true)));
        Assert.Equal(before, LiveTensors.Count);
    }

    private double Sum(TokenIds ids, int prompt)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(_decoder.Architecture, TokenBatch.OfSequences([[.. ids]]), CPU);
        Tensor logps = nn.functional.log_softmax(_decoder.Logits(_decoder.FinalNorm.Forward(_decoder.Forward(pass)).Output).to(float64), 1);
        return Enumerable.Range(prompt, ids.Length - prompt).Sum(i => logps[i - 1, ids[i]].item<double>());
    }
}
