using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;
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
        foreach (IAlignmentLoss loss in variants.Where((_, i) => i % Math.Max(1, variants.Length / Variants) == 0))
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
    }

    private static EncodedPrompt WithReference(EncodedPrompt pair) =>
        new([.. pair.Answers.Select(a => a with { Reference = -3.0 * a.Length })]) { Row = pair.Row };
}
