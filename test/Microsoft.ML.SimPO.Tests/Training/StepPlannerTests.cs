using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

public class StepPlannerTests
{
    private static int _prompts = 1000;

    [Fact]
    public void Without_a_seed_every_epoch_has_the_order_of_the_data()
    {
        StepPlan plan = new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(2, null);
        Assert.Equal(["0 1", "2 3", "4", "0 1", "2 3", "4"], plan.Select(Text));
    }

    [Fact]
    public void Epochs_are_counted_with_their_fraction_and_end_on_whole_numbers()
    {
        StepPlan plan = new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(2, null);
        Assert.Equal([2 / 5.0, 4 / 5.0, 1, 1 + (2 / 5.0), 1 + (4 / 5.0), 2], plan.Select(s => s.Epoch));
    }

    [Theory]
    [InlineData(0.5, 2)] // 1.5 of 3 steps
    [InlineData(1.0, 3)]
    [InlineData(1.5, 5)]
    public void A_fraction_of_an_epoch_ends_early(double epochs, int steps) =>
        Assert.Equal(steps, new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(epochs, null).Count);

    [Fact]
    public void A_data_set_smaller_than_a_step_is_a_step() =>
        Assert.Equal(["0 1 2"], new StepPlanner(Pairs(3), 8, int.MaxValue).Plan(1, null).Select(Text));

    [Fact]
    public void A_seed_gives_the_same_plan_again_and_each_epoch_an_order_of_its_own()
    {
        string[] Plan(int seed) => [.. new StepPlanner(Pairs(40), 40, int.MaxValue).Plan(2, seed).Select(Text)];
        string[] plan = Plan(7);
        Assert.Equal(plan, Plan(7));
        Assert.NotEqual(plan[0], plan[1]);
        Assert.NotEqual(plan[0], Plan(8)[0]);
        foreach (string epoch in plan) Assert.Equal(Enumerable.Range(0, 40), epoch.Split(' ').Select(int.Parse).Order());
    }

    /// <summary>The order is part of what a seed promises, so it must not change with a version of the run time.</summary>
    [Fact]
    public void The_order_of_a_seed_is_fixed() =>
        Assert.Equal(["0 1 4 2 3 5 7 6"], new StepPlanner(Pairs(8), 8, int.MaxValue).Plan(1, 1).Select(Text));

    [Fact]
    public void A_token_budget_cuts_steps_and_not_pairs()
    {
        // Packed lengths are 10, 20, 30, 40, 50; the budget is 60.
        EncodedPrompt[] pairs = [.. new[] { 10, 20, 30, 40, 50 }.Select(length => PairOf(length))];
        StepPlan plan = new StepPlanner(pairs, 4, 60).Plan(1, null);
        Assert.Equal(["0 1 2 | 3", "4"], plan.Select(Text));
        Assert.Equal([4, 1], plan.Select(s => s.PairCount));
    }

    [Fact]
    public void A_pair_longer_than_the_budget_is_a_micro_batch_by_itself()
    {
        EncodedPrompt[] pairs = [.. new[] { 10, 100, 10, 10 }.Select(length => PairOf(length))];
        Assert.Equal(["0 | 1 | 2 3"], new StepPlanner(pairs, 4, 20).Plan(1, null).Select(Text));
    }

    [Fact]
    public void The_remainder_can_be_dropped()
    {
        StepPlanner planner = new(Pairs(5), 2, int.MaxValue) { DropLast = true };
        Assert.Equal(["0 1", "2 3", "0 1", "2 3"], planner.Plan(2, null).Select(Text));
        Assert.Equal([0.5, 1, 1.5, 2], planner.Plan(2, null).Select(s => s.Epoch));
        Assert.Empty(new StepPlanner(Pairs(3), 8, int.MaxValue) { DropLast = true }.Plan(3, null));
    }

    [Fact]
    public void Micro_batches_can_be_cut_by_pairs_as_well() =>
        Assert.Equal(["0 1 | 2 3 | 4"], new StepPlanner(Pairs(5), 8, int.MaxValue) { PairsPerMicroBatch = 2 }.Plan(1, null).Select(Text));

    /// <summary>Seven pairs are four micro-batches, the last of one pair; three make a step.</summary>
    [Fact]
    public void The_reference_counts_micro_batches_across_epochs()
    {
        StepPlanner planner = new(Pairs(7), 6, 1) { PairsPerMicroBatch = 2, EpochEnd = EpochEnd.AcrossEpochs };
        Assert.Equal(["0 1 | 2 3 | 4 5", "6 | 0 1 | 2 3", "4 5 | 6 | 0 1"], planner.Plan(3, null).Select(Text));
        Assert.Equal([0.75, 1.5, 2.25], planner.Plan(3, null).Select(s => s.Epoch));
        Assert.Equal(["0 1 | 2 3 | 4 5", "0 1 | 2 3 | 4 5"],
            new StepPlanner(Pairs(7), 6, 1) { PairsPerMicroBatch = 2, EpochEnd = EpochEnd.AcrossEpochs, DropLast = true }.Plan(2, null).Select(Text));
    }

    /// <summary>
    /// transformers 4.44.2: with no more micro-batches in an epoch than make a step, its last one ends a step, and the count goes on all the same.
    /// </summary>
    [Fact]
    public void In_the_reference_a_short_epoch_ends_a_step() => Assert.Equal(
        ["0 1 | 2 3", "0 1", "2 3"],
        new StepPlanner(Pairs(4), 6, 1) { PairsPerMicroBatch = 2, EpochEnd = EpochEnd.AcrossEpochs }.Plan(3, null).Select(Text));

    [Fact]
    public void TRLs_epochs_end_with_a_step_of_what_is_left()
    {
        StepPlanner planner = new(Pairs(7), 6, 1) { PairsPerMicroBatch = 2, EpochEnd = EpochEnd.OwnStepOfMicroBatches };
        Assert.Equal(["0 1 | 2 3 | 4 5", "6", "0 1 | 2 3 | 4 5", "6"], planner.Plan(2, null).Select(Text));
        Assert.Equal([0.75, 1, 1.75, 2], planner.Plan(2, null).Select(s => s.Epoch));
    }

    /// <summary>Rows of prompts a b a c b a: in steps of three the prompts stay whole, where they first appear; c fits beside b.</summary>
    [Fact]
    public void Rows_of_a_prompt_can_be_kept_in_one_step()
    {
        StepPlanner planner = new(Prompts(1, 2, 1, 3, 2, 1), 3, int.MaxValue) { KeepsPromptsTogether = true };
        Assert.Equal(["0 2 5", "1 4 3"], planner.Plan(1, null).Select(Text));
        Assert.Equal([0.5, 1, 1.5, 2], planner.Plan(2, null).Select(s => s.Epoch));
        Assert.Equal(["0 2 5", "1 4 3", "0 2 5"], planner.Plan(1.5, null).Select(Text));
    }

    [Fact]
    public void A_step_ends_early_where_the_next_prompt_does_not_fit_and_a_prompt_of_more_rows_fills_steps()
    {
        StepPlanner planner = new(Prompts(1, 1, 2, 2, 2, 2, 2, 3), 3, int.MaxValue) { KeepsPromptsTogether = true };
        Assert.Equal(["0 1", "2 3 4", "5 6 7"], planner.Plan(1, null).Select(Text));
    }

    /// <summary>What is shuffled is the rows, so that prompts come in another order in every epoch, and the same for the same seed.</summary>
    [Fact]
    public void Prompts_kept_together_are_shuffled_too()
    {
        EncodedPrompt[] rows = Prompts([.. Enumerable.Range(0, 30).Select(i => i % 10)]);
        string[] Plan(int seed) => [.. new StepPlanner(rows, 6, int.MaxValue) { KeepsPromptsTogether = true }.Plan(2, seed).Select(Text)];
        string[] plan = Plan(3);
        Assert.Equal(plan, Plan(3));
        Assert.NotEqual(plan, Plan(4));
        Assert.NotEqual(plan[..5], plan[5..]);
        Assert.All(plan, step =>
            Assert.All(step.Split(' ').GroupBy(r => int.Parse(r, System.Globalization.CultureInfo.InvariantCulture) % 10), p => Assert.Equal(3, p.Count())));
    }

    /// <summary>
    /// Packed alone they have 10, 10, 12 and 10 rows; the third adds the 8 of its rejected answer to the first, whose prompt and chosen answer it has.
    /// </summary>
    [Fact]
    public void A_budget_counts_rows_that_are_shared_once() =>
        Assert.Equal(["0 2 1 | 3"], new StepPlanner([PairOf(10, 1), PairOf(10, 2), PairOf(12, 1), PairOf(10, 4)], 4, 28).Plan(1, null).Select(Text));

    private static EncodedPrompt[] Prompts(params int[] prompts) => [.. prompts.Select((p, i) => PairOf(10 + i, p))];

    private static EncodedPrompt[] Pairs(int count) => [.. Enumerable.Range(0, count).Select(_ => PairOf(10))];

    /// <summary>Each has a prompt of its own, unless one is named.</summary>
    private static EncodedPrompt PairOf(int packedLength) => PairOf(packedLength, Interlocked.Increment(ref _prompts));

    private static EncodedPrompt PairOf(int packedLength, int prompt)
    {
        int[] chosen = [1, prompt, 3, 4], rejected = [1, prompt, .. Enumerable.Repeat(5, packedLength - 4)];
        var pair = EncodedPrompt.Pair(chosen, 2, rejected, 2);
        Assert.Equal(packedLength, pair.PackedLength);
        return pair;
    }

    /// <summary>A plan is not made before its steps are asked for: ten million epochs are 30 million steps.</summary>
    [Fact]
    public void Steps_of_any_number_of_epochs_are_made_as_they_are_asked_for()
    {
        StepPlan plan = new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(1e7, 3);
        Assert.Equal(30_000_000, plan.Count);
        string[] first = [.. Enumerable.Range(0, 6).Select(i => Text(plan[i]))];
        Assert.Equal(new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(2, 3).Select(Text), first);
        Assert.Equal(first[1], Text(plan[1])); // back
        Assert.Equal(first[4], Text(plan[4]));
        Assert.Equal(
            "10000000000 epochs are 30000000000 steps, more than 2147483647. Lower `Epochs`, or raise `BatchSize`.",
            Assert.Throws<InvalidOperationException>(() => new StepPlanner(Pairs(5), 2, int.MaxValue).Plan(1e10, 3)).Message);
    }

    [Fact]
    public void A_batch_of_any_size_is_all_pairs()
    {
        foreach ((EpochEnd end, bool together) in new[]
            { (EpochEnd.OwnStep, false), (EpochEnd.OwnStep, true), (EpochEnd.AcrossEpochs, false), (EpochEnd.OwnStepOfMicroBatches, false) })
        {
            StepPlanner planner = new(Pairs(5), int.MaxValue, int.MaxValue) { EpochEnd = end, KeepsPromptsTogether = together };
            Assert.Equal(["0 1 2 3 4", "0 1 2 3 4"], planner.Plan(2, null).Select(Text));
        }
    }

    private static string Text(TrainingStep step) => string.Join(" | ", step.MicroBatches.Select(m => string.Join(' ', m)));
}
