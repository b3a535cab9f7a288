using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Steps over prompts with one to eight answers: what is shared is computed once and changes nothing, whatever the loss asks for.</summary>
public sealed class GroupStepTests
{
    [Fact]
    public void Twenty_random_steps_do_not_depend_on_what_is_shared() => CheckRandomSteps(20);

    [Fact]
    [Trait("Category", "Long")]
    public void Five_hundred_random_steps_do_not_depend_on_what_is_shared() => CheckRandomSteps(500);

    /// <summary>All six pairs of four answers: five of six prompts and eight of twelve answers are not computed again.</summary>
    [Fact]
    public void Pairs_of_one_prompt_lay_it_and_each_answer_out_once()
    {
        EncodedPrompt group = RandomGroups.Make(new Random(2), 4);
        EncodedPrompt[] pairs = RandomGroups.Pairs(group);
        Assert.Equal(6, pairs.Length);
        PackedBatch shared = Pack(pairs, RandomDecoder.Architecture), alone = Pack([group], RandomDecoder.Architecture);
        Assert.Equal(alone.Tokens.Ids, shared.Tokens.Ids);
        Assert.Equal(alone.ScoredRows, shared.ScoredRows);
        Assert.Equal(6, Assert.Single(shared.Units).Groups.Length);
    }

    /// <summary>
    /// The slope of the loss along its own gradient, from losses alone: prompt tokens, weighed tokens and answers each have their part in it. What the loss
    /// takes for constants is held, as its definition says.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_of_a_loss_that_asks_for_everything_is_its_slope(bool ornate)
    {
        using Decoder decoder = RandomDecoder.Make(3, ornate ? RandomDecoder.Ornate : null);
        EncodedPrompt[] pairs = RandomGroups.Pairs(RandomGroups.Make(new Random(4), 3));
        var loss = new CompleteLoss(0.2, 0.3);
        var step = new GroupStep(decoder, loss, pairs);
        GroupStep.Outcome at = step.Run(int.MaxValue);
        GroupScore[] held = new GroupScorer(decoder, loss).Score(pairs);
        Assert.All(held, s => Assert.True(s.Prompt.Count > 0 && s.Chosen.Entropy > 0 && s.Chosen.LogSquares < 0));
        const double h = 2e-3;
        double slope = (Loss(h) - Loss(-h)) / (2 * h);
        Assert.InRange(slope, at.Norm * 0.998, at.Norm * 1.002);

        double Loss(double distance)
        {
            step.Move(at, distance);
            GroupScore[] scores = new GroupScorer(decoder, loss).Score(pairs);
            step.Move(at, -distance);
            var context = new GroupContext(1.0 / pairs.Length, 1.0 / held.Sum(s => s.TokenCount)) { Totals = loss.Totals(held) };
            return scores.Select((s, i) => loss.Evaluate(Held(s, held[i]), context with { Index = i }).Value).Sum();
        }
    }

    [Fact]
    public void A_group_without_what_the_loss_needs_is_named_before_the_first_step()
    {
        using Decoder decoder = RandomDecoder.Make();
        EncodedPrompt one = RandomGroups.Make(new Random(1), 1), two = EncodedPrompt.Pair([1, 2], 1, [1, 3], 1, row: 7);
        string Fault(IAlignmentLoss loss, EncodedPrompt group) => Assert.Throws<InvalidOperationException>(
            () => new TrainingLoop(decoder, loss, new TrainingSettings { LearningRate = 1 }).Run([group], [new TrainingStep([[0]], 1)], null)).Message;
        one.Row = 3;
        Assert.Equal("The loss cannot be computed: Row 3 has 1 answers, but the loss needs 2.", Fault(new SimPOLoss(2, 0.5), one));
        Assert.Equal(
            "The loss cannot be computed: Row 7 has no log-probabilities of the reference model, which the loss needs.", Fault(new CompleteLoss(1, 1), two));
    }

    private static GroupScore Held(GroupScore score, GroupScore held) => new(
        [.. score.Answers.Select((a, i) => a with { LogSquares = held.Answers[i].LogSquares, Entropy = held.Answers[i].Entropy })]) { Prompt = score.Prompt,
        Row = score.Row };

    private static void CheckRandomSteps(int count)
    {
        for (int seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            using Decoder decoder = RandomDecoder.Make(seed, random.Next(2) == 0 ? RandomDecoder.Ornate : null);
            int least = random.Next(3) switch { 0 => 1, _ => 2 };
            EncodedPrompt[] prompts = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomGroups.Make(random, random.Next(least, 9)))];
            EncodedPrompt[] groups = least == 1 ? prompts : [.. prompts.SelectMany(RandomGroups.Pairs)];
            random.Shuffle(groups);
            IAlignmentLoss loss = least == 1 ? new TargetLoss(0.5, 3) : random.Next(2) == 0
                ? new CompleteLoss(0.2, 0.4) : new SimPOLoss(2.5, 0.5, sftWeight: 0.3);
            CheckStep($"seed {seed}", new GroupStep(decoder, loss, groups), random);
        }
    }

    private static void CheckStep(string name, GroupStep step, Random random)
    {
        GroupStep.Outcome alone = step.Run(1);
        Assert.InRange(alone.Norm, 1e-4, 1e4);
        foreach ((string how, GroupStep.Outcome found) in new[]
        {
            ("all in one pass", step.Run(int.MaxValue)),
            ("random passes", step.Run(random.Next(20, 200))),
            ("head in chunks", step.Run(int.MaxValue, budget: random.Next(1, 9) * 4L * RandomDecoder.VocabularySize)),
            ("recompute", step.Run(int.MaxValue, recompute: true)),
        })
        {
            Differences.AssertClose($"{name}, {how}: loss", alone.Loss, found.Loss, 1e-6 * Math.Max(1, Math.Abs(alone.Loss)));
            // Pairs of one prompt pull against each other; what is rounded is what they add, up to five times what is left.
            double distance = found.Distance(alone);
            Assert.True(
                distance <= 1e-6 * alone.Norm || distance <= 4e-7 * alone.Added,
                $"{name}, {how}: the gradient is {distance / alone.Norm:G3} of its norm away, {distance / alone.Added:G3} of what was added up.");
        }
    }

    private static PackedBatch Pack(EncodedPrompt[] groups, DecoderArchitecture architecture) =>
        PackedBatch.Of([.. groups.Select((g, i) => (i, g))], architecture);
}
