using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Losses.Dpo;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A step of any loss of the library has one result, however it is cut.</summary>
public class LossesOfAStepTests
{
    /// <summary>So many of each loss, from all over its choices.</summary>
    private const int Variants = 8;

    public static TheoryData<string> OfLibrary => [.. AlignmentLosses.OfLibrary.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(OfLibrary))]
    public void The_step_does_not_depend_on_how_it_is_cut(string name)
    {
        Type type = AlignmentLosses.OfLibrary.Single(t => t.Name == name);
        EncodedPrompt[] pairs = [.. RandomPairs.Make(3).Select(WithReference)];
        IAlignmentLoss[] variants = [.. AlignmentLosses.Make(type, new Random(6))];
        foreach (IAlignmentLoss loss in variants.Where((_, i) => i % Math.Max(1, variants.Length / Variants) == 0)) Check(name, loss, pairs);
    }

    /// <summary>Weights of pairs and of tokens, mixes and divergences: what is a constant to one pass is the same constant to another.</summary>
    [Fact]
    public void A_step_with_weights_or_divergences_does_not_depend_on_how_it_is_cut()
    {
        using Decoder decoder = RandomDecoder.Make();
        EncodedPrompt[] pairs = WithNearReferences(decoder, RandomPairs.Make(3));
        DpoSettings[] special = [.. DpoVariants.Special(new Random(7))];
        foreach (DpoSettings settings in special.Where((_, i) => i % 4 == 0)) Check($"{settings}", new DpoLoss(settings), pairs);
    }

    /// <summary>Its divergence is that of the whole step, of answers to other prompts.</summary>
    [Fact]
    public void A_step_of_KTO_with_mismatched_answers_does_not_depend_on_how_it_is_cut()
    {
        EncodedPrompt[] pairs = [.. Mismatches.OfData(RandomPairs.Make(4), 64).Select(WithReference)];
        Assert.All(pairs, p => Assert.Equal(3, p.Answers.Count));
        Check("KTO", new KtoLoss(0.3, 1.5, 0.7), pairs);
        Check("KTO of rows", new KtoLoss(0.3, 1.5, 0.7), [.. Mismatches.OfData([.. Mismatches.TakenApart(RandomPairs.Make(4))], 64).Select(WithReference)]);
    }

    private static void Check(string name, IAlignmentLoss loss, EncodedPrompt[] pairs)
    {
        using Decoder decoder = RandomDecoder.Make(1, loss.ScoredTokens == ScoredTokens.Ends ? RandomDecoder.Rating : null);
        var step = new GroupStep(decoder, loss, pairs);
        GroupStep.Outcome whole = step.Run(int.MaxValue);
        Assert.True(whole.Norm > 0);
        foreach ((int tokens, long budget) in new[] { (1, ResponseHead.DefaultBudget), (60, 4 * 4L * RandomDecoder.VocabularySize), (int.MaxValue, 1) })
        {
            GroupStep.Outcome cut = step.Run(tokens, recompute: tokens == 60, budget);
            Differences.AssertClose($"{name}: loss", whole.Loss, cut.Loss, 2e-6 * Math.Max(1, Math.Abs(whole.Loss)));
            Assert.InRange(whole.Distance(cut), 0, 2e-6 * whole.Norm);
        }
    }

    /// <summary>Half a nat from what a model gives: divergences with exponentials magnify the rounding of larger ratios.</summary>
    internal static EncodedPrompt[] WithNearReferences(Decoder decoder, EncodedPrompt[] pairs) =>
        [.. pairs.Zip(new GroupScorer(decoder).Score(pairs), (p, s) => p.WithReferences([s.Chosen.Sum - 0.5, s.Rejected.Sum + 0.5]))];

    private static EncodedPrompt WithReference(EncodedPrompt pair) =>
        new([.. pair.Answers.Select(a => a with { Reference = -3.0 * a.Length })]) { Row = pair.Row };
}
