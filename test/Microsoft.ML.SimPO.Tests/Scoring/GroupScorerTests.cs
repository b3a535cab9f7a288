using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Scoring;

public sealed class GroupScorerTests : IDisposable
{
    private readonly Decoder _decoder = RandomDecoder.Make();

    public static TheoryData<string> Corners => [.. RandomPairs.Corners().Keys];

    public void Dispose() => _decoder.Dispose();

    /// <summary>Against the full log-softmax of each whole sequence.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void A_group_has_the_log_probabilities_of_its_sequences(int answers)
    {
        EncodedPrompt group = RandomGroups.Make(new Random(answers), answers);
        GroupScore found = new GroupScorer(_decoder).Score([group])[0];
        Assert.Equal(group.Answers.Select(a => (a.Length, a.Rating, a.Reference)), found.Answers.Select(a => (a.Count, a.Rating, a.Reference)));
        foreach ((EncodedAnswer answer, AnswerScore score) in group.Answers.Zip(found.Answers))
            Differences.AssertClose("answer", Sum(answer.Ids, answer.PromptLength), score.Sum, 2e-5);
    }

    /// <summary>Against the full log-softmax of both whole sequences.</summary>
    [Theory]
    [MemberData(nameof(Corners))]
    public void A_pair_has_the_log_probabilities_of_its_two_sequences(string corner)
    {
        EncodedPrompt pair = RandomPairs.Corners()[corner];
        GroupScore found = new GroupScorer(_decoder).Score([pair])[0];
        Assert.Equal(pair.Chosen.Length, found.Chosen.Count);
        Assert.Equal(pair.Rejected.Length, found.Rejected.Count);
        Differences.AssertClose("chosen", Sum(pair.Chosen.Ids, pair.Chosen.PromptLength), found.Chosen.Sum, 2e-5);
        Differences.AssertClose("rejected", Sum(pair.Rejected.Ids, pair.Rejected.PromptLength), found.Rejected.Sum, 2e-5);
    }

    [Fact]
    public void Pairs_do_not_influence_each_other()
    {
        EncodedPrompt[] pairs = [.. RandomPairs.Make(6), .. RandomPairs.Corners().Values];
        var scorer = new GroupScorer(_decoder);
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
        Assert.Throws<OperationCanceledException>(() => new GroupScorer(_decoder).Score(RandomPairs.Make(2), new CancellationToken(canceled: true)));
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
