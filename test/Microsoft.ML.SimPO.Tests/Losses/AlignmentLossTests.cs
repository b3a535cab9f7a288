namespace Microsoft.ML.SimPO.Losses;

/// <summary>What holds for every loss. A new one is found by itself; its values by hand stand in <see cref="HandDerivedLosses"/>.</summary>
public class AlignmentLossTests
{
    private const int Groups = 4, Points = 200;

    public static TheoryData<string> Losses => [.. AlignmentLosses.All.Select(t => t.Name)];

    public static TheoryData<string> OfLibrary => [.. AlignmentLosses.OfLibrary.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(OfLibrary))]
    public void Values_and_derivatives_are_those_found_by_hand(string name)
    {
        HandDerivedLoss[] cases = [.. HandDerivedLosses.All.Where(c => c.Loss.GetType().Name == name)];
        Assert.True(cases.Length >= 3, $"{name} needs three cases in {nameof(HandDerivedLosses)}, but has {cases.Length}.");
        foreach (HandDerivedLoss hand in cases)
        {
            GroupLoss found = hand.Loss.Evaluate(hand.Group, hand.Context);
            Assert.Equal(hand.Expected.Value, found.Value, 13);
            AssertClose(hand.Expected.Derivatives, found.Derivatives, 1e-13);
            AssertClose(hand.Expected.WeightedDerivatives, found.WeightedDerivatives, 1e-13);
            Assert.Equal(hand.Expected.PromptDerivative, found.PromptDerivative, 13);
        }
    }

    /// <summary>
    /// Of the whole step's loss, at 200 random groups of every choice of its kind. What a loss says of the step together is a constant to it or not, as its
    /// method has it; either is right.
    /// </summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void Finite_differences_confirm_all_derivatives(string name)
    {
        var random = new Random(20);
        Type type = AlignmentLosses.All.Single(t => t.Name == name);
        for (int round = 0; round < Points / Groups; round++)
            foreach (IAlignmentLoss loss in AlignmentLosses.Make(type, random)) CheckDerivatives(loss, new RandomStep(loss, Groups, random));
    }

    /// <summary>A model is saved with its reward, so that of every loss must come back from what is saved.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void The_reward_of_a_loss_can_be_saved(string name)
    {
        foreach (IAlignmentLoss loss in AlignmentLosses.Make(AlignmentLosses.All.Single(t => t.Name == name), new Random(3)))
        {
            IReward restored = SavedReward.Of(loss.Reward).Restore([GetType().Assembly]);
            Assert.Equal(loss.Reward, restored);
            Assert.NotSame(loss.Reward, restored);
            Assert.True(loss.Reward.Scale > 0);
        }
    }

    [Fact]
    public void A_loss_is_one_file_of_at_most_60_lines()
    {
        foreach (Type type in AlignmentLosses.OfLibrary)
            Assert.InRange(File.ReadLines(Repository.PathOf("src", "Microsoft.ML.SimPO", "Losses", $"{type.Name}.cs")).Count(), 1, 60);
    }

    private static void CheckDerivatives(IAlignmentLoss loss, RandomStep step)
    {
        const double h = 1e-5;
        double[] totals = step.Totals();
        for (int group = 0; group < Groups; group++)
        {
            GroupLoss at = step.Evaluate(group, totals);
            int answers = step.Groups[group].Answers.Length;
            Assert.Equal(answers, at.Derivatives.Length);
            Assert.Equal(loss.WeighsTokens && at.WeightedDerivatives.Length > 0 ? answers : 0, at.WeightedDerivatives.Length);
            for (int i = 0; i < answers; i++)
            {
                Check(at.Derivatives[i], group, i, (a, d) => a with { Sum = a.Sum + d, Weighted = loss.WeighsTokens ? a.Weighted : a.Weighted + d });
                if (at.WeightedDerivatives.Length > 0) Check(at.WeightedDerivatives[i], group, i, (a, d) => a with { Weighted = a.Weighted + d });
            }
            if (loss.ScoredTokens == ScoredTokens.Answers) Assert.Equal(0, at.PromptDerivative);
            else Check(at.PromptDerivative, group, -1, (a, d) => a with { Sum = a.Sum + d });
        }

        void Check(double derivative, int group, int answer, Func<AnswerScore, double, AnswerScore> move)
        {
            double Slope(double[]? held) =>
                (step.With(group, answer, a => move(a, h)).Loss(held) - step.With(group, answer, a => move(a, -h)).Loss(held)) / (2 * h);
            double held = Slope(totals), moving = loss.NeedsTotals ? Slope(null) : held;
            double near = Math.Abs(held - derivative) < Math.Abs(moving - derivative) ? held : moving;
            Assert.InRange(derivative, near - (1e-6 * Math.Max(1, Math.Abs(near))), near + (1e-6 * Math.Max(1, Math.Abs(near))));
        }
    }

    private static void AssertClose(double[] expected, double[] found, double tolerance)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, tolerance));
    }
}
