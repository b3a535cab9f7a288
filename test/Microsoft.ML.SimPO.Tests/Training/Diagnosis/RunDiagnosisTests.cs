using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Sixteen pairs a step: windows of four steps for log-probabilities, means of eight for the rest.</summary>
public class RunDiagnosisTests
{
    private static readonly DiagnosedRun Run16 = new(16, 2e-3) { Anchor = "SftWeight", Beta = 2, TargetRatio = 0.5 };

    [Fact]
    public void A_fall_of_the_chosen_log_probability_is_told_with_its_numbers_and_again_when_it_is_severe()
    {
        // By 0.1 a step from -0.2: the mean of four steps falls by 0.1 a step from -0.35.
        TrainingDiagnosis[] found = Run(20, i => Step(-0.2 - (0.1 * i)));
        Assert.Equal([(8, false), (15, true)], found.Select(f => (f.Step, f.IsSevere)));
        Assert.All(found, f => Assert.Equal((TrainingSymptom.ChosenLogProbabilityFell, "collapse"), (f.Symptom, f.Rule)));
        Assert.Equal(0.4, found[0].Value, 1e-9);
        Assert.Equal([0.3, 1], found.Select(f => f.Limit!.Value));
        Assert.Equal(
            "After step 8 the chosen answers' log-probability has fallen by 0.40 nats a token, from -0.35 to -0.75, while the accuracy reads 100 %: the model "
                + "is losing its language. Use a lower `LearningRate` than 0.002, or add `SftWeight`.",
            found[0].Message);
        Assert.Equal(
            "learning_rate: 6.7e-4\nper_device_train_batch_size: 2\ngradient_accumulation_steps: 64 # 128 pairs a step on one device", found[0].Remedy);
        Assert.Contains("has fallen by 1.10 nats a token, from -0.35 to -1.45, while the accuracy reads 100 %: the model has lost its language.",
            found[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chance_is_no_fall()
    {
        // Means of batches that jump by half a nat, and one window that is lower by 0.35: well within three standard errors.
        double[] noise = [-1.0, -1.9, -1.1, -1.8];
        Assert.Empty(Run(40, i => Step(noise[i % 4] - (i is >= 20 and < 24 ? 0.35 : 0))));
        Assert.Empty(Run(40, i => Step(-0.25 - (0.29 * i / 39))));
    }

    [Fact]
    public void Steps_without_chosen_answers_say_nothing_of_them()
    {
        Assert.DoesNotContain(Run(20, i => Step(i % 3 == 2 ? double.NaN : -0.2)), f => f.Symptom == TrainingSymptom.ChosenLogProbabilityFell);
        Assert.DoesNotContain(Run(4, _ => Step(double.NaN)), f => f.Symptom == TrainingSymptom.ChosenLogProbabilityFell);
    }

    [Fact]
    public void A_gradient_that_stays_below_a_thousandth_of_its_start_is_told_once()
    {
        TrainingDiagnosis found = Assert.Single(Run(20, i => Step(-0.2) with { GradientNorm = i < 10 ? 4 : 0.003 }));
        Assert.Equal((13, "dead-gradient", FindingSeverity.Error), (found.Step, found.Rule, found.Severity));
        Assert.Equal((0.00075, 1e-3), (Math.Round(found.Value, 12), found.Limit));
        Assert.StartsWith("After step 13 the gradient norm has stayed below 0.003 for 3 steps, where it began with 4: nothing is learned any more, though the "
            + "accuracy reads 100 %.", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_without_a_gradient_are_nothing_at_rate_0_with_a_hinge_or_alone()
    {
        TrainingProgress Dead(int i) => Step(-0.2) with { GradientNorm = i < 10 ? 4 : 0 };
        Assert.NotEmpty(Run(20, Dead));
        Assert.Empty(Run(20, i => Dead(i) with { LearningRate = i < 10 ? 1 : 0 }));
        Assert.Empty(Run(20, Dead, run: Run16 with { HasZeroGradients = true }));
        Assert.Empty(Run(20, i => Step(-0.2) with { GradientNorm = i < 5 || i % 3 == 2 ? 4 : 0.003 }));
    }

    [Fact]
    public void A_margin_that_goes_on_beyond_its_target_is_a_collapse_too()
    {
        // 0.5 more a step: the mean of eight, 0.5 (i - 3.5), over beta 2 is above 1.5 from i = 10 on and above 3 from i = 16 on.
        TrainingDiagnosis[] found = Run(20, i => Step(-0.2) with { Margin = 0.5 * i });
        Assert.Equal([(11, "collapse", false, 1.625), (17, "collapse", true, 3.125)], found.Select(f => (f.Step, f.Rule, f.IsSevere, f.Value)));
        Assert.Equal(
            "After step 11 the mean margin of 8 steps is 3.25, 1.62 nats a token where the target is 0.5, while the accuracy reads 100 %: answers are told "
                + "apart by making them impossible. Use a lower `LearningRate` than 0.002.",
            found[0].Message);
        Assert.Empty(Run(20, i => Step(-0.2) with { Margin = 0.5 * i }, run: new DiagnosedRun(16, 2e-3))); // of a method without such a target
    }

    [Fact]
    public void A_loss_that_rises_and_stays_up_diverges()
    {
        // The best mean is 1. Ten steps above 1.5 times that: 1.6 from i = 16 on, the mean above 1.5 from i = 22 on.
        TrainingDiagnosis warned = Assert.Single(Run(40, i => Step(-0.2) with { Loss = i < 16 ? 1 : 1.6 }));
        Assert.Equal((32, "diverging", FindingSeverity.Warning), (warned.Step, warned.Rule, warned.Severity));
        Assert.Equal("After step 32 the mean loss of 8 steps is 1.6, 1.6 times the best, which was 1: the run diverges. Use a lower `LearningRate` than 0.002, "
            + "and a lower `Beta`.", warned.Message);
        TrainingDiagnosis severe = Run(40, i => Step(-0.2) with { Loss = i < 16 ? 1 : 4 }).Last();
        Assert.Equal((22, FindingSeverity.Error), (severe.Step, severe.Severity)); // (2 + 6 x 4) / 8 = 3.25
        TrainingDiagnosis nothing = Assert.Single(Run(9, i => Step(-0.2) with { Loss = i == 4 ? double.NaN : 1 }));
        Assert.Equal((5, true, "In step 5 the loss is NaN, no finite number. Use a lower `LearningRate` than 0.002, and a lower `Beta`."),
            (nothing.Step, nothing.IsSevere, nothing.Message));
        Assert.Empty(Run(40, i => Step(-0.2) with { Loss = i < 16 ? 0.001 : 0.05 })); // near 0, fifty times as much is nothing
    }

    [Fact]
    public void The_end_of_a_run_shows_answers_that_are_hardly_apart_and_a_loss_that_stands_still()
    {
        TrainingDiagnosis poor = Assert.Single(Run(40, i => Step(-0.2) with { Margin = 0.2, Loss = 2 - (0.01 * i) }, isOver: true));
        Assert.Equal(
            (40, "poor-separation", FindingSeverity.Warning, 0.1, 0.125), (poor.Step, poor.Rule, poor.Severity, Math.Round(poor.Value, 9), poor.Limit));
        Assert.Equal("At the end the mean margin of 8 steps is 0.200, 0.100 nats a token where the target is 0.5: the answers are hardly told apart. "
            + "Use a higher `LearningRate`, more `Epochs`, or a higher `Beta` and `GammaBetaRatio`.", poor.Message);
        TrainingDiagnosis flat = Assert.Single(Run(40, i => Step(-0.2) with { Loss = i < 20 ? 2 : 1 + (i % 2 * 1e-3) }, isOver: true));
        Assert.Equal((40, "plateau", FindingSeverity.Warning), (flat.Step, flat.Rule, flat.Severity));
        Assert.Empty(Run(40, i => Step(-0.2) with { Margin = 0.2, Loss = 1 })); // it goes on
        Assert.Empty(Run(15, i => Step(-0.2) with { Margin = 0.2 }, isOver: true)); // it had no chance
    }

    [Fact]
    public void Held_out_answers_that_become_less_likely_are_forgotten()
    {
        var diagnosis = new RunDiagnosis(Run16);
        Assert.Empty(diagnosis.Observe(0, Evaluation(-1)));
        Assert.Empty(diagnosis.Observe(4, Evaluation(-1.09)));
        TrainingDiagnosis warned = Assert.Single(diagnosis.Observe(8, Evaluation(-1.2)));
        Assert.Equal((8, "forgetting", FindingSeverity.Warning, "sft_weight: 0.1"), (warned.Step, warned.Rule, warned.Severity, warned.Remedy));
        Assert.Equal("After step 8 the held-out chosen answers cost 1.20 nats a token, 0.20 more than after step 0: the model forgets how such answers are "
            + "written. Use a lower `LearningRate` than 0.002, or add `SftWeight`.", warned.Message);
        TrainingDiagnosis[] severe = [.. diagnosis.Observe(12, Evaluation(-1.6))];
        Assert.Equal([("collapse", false), ("forgetting", true)], severe.Select(f => (f.Rule, f.IsSevere)));
        Assert.Equal("sft_weight: 0.2", severe[1].Remedy);
        Assert.Empty(diagnosis.Observe(16, Evaluation(-1.6)));
    }

    [Fact]
    public void Answers_that_do_not_end_repeat_themselves_or_change_their_length_are_told()
    {
        EvaluationFigures Answers(double atLimit, double distinct, double tokens) => new AnswerFigures(atLimit, distinct, tokens).AddTo(Evaluation(-1));
        string[] Found(EvaluationFigures before, EvaluationFigures now)
        {
            var diagnosis = new RunDiagnosis(Run16);
            Assert.Empty(diagnosis.Observe(0, before));
            return [.. diagnosis.Observe(8, now).Select(f => $"{f.Rule} {f.Severity}")];
        }

        EvaluationFigures usual = Answers(0.125, 0.95, 40);
        Assert.Equal(["loops Warning"], Found(usual, Answers(0.375, 0.9, 50)));
        Assert.Equal(["loops Error"], Found(usual, Answers(0.625, 0.9, 59)));
        Assert.Equal(["loops Warning"], Found(usual, Answers(0, 0.4, 40)));
        Assert.Empty(Found(Answers(0.4, 0.9, 40), Answers(0.625, 0.9, 40))); // not twice as many
        Assert.Equal(["length Warning"], Found(usual, Answers(0.125, 0.9, 61)));
        Assert.Equal(["length Warning"], Found(usual, Answers(0, 0.9, 26)));
        Assert.Empty(Found(usual, Answers(0, 0.9, 27)));
        Assert.Equal(new AnswerFigures(0.5, 1, 4.5), AnswerFigures.Of([([1, 2, 1, 2, 1], true), ([1, 2, 3, 4], false)]));
        Assert.Equal(0.75, AnswerFigures.Of([([1, 1, 1, 1, 1], false), ([1, 2, 3], false)]).Distinct); // one of two, and too short to repeat itself
    }

    /// <summary>70 of 100 chosen answers are the shorter ones, 4 as long: whoever names the shorter one gets 72 right.</summary>
    [Fact]
    public void A_length_that_tells_the_answers_apart_is_told_once_and_of_few_pairs_it_is_chance()
    {
        static EncodedPrompt Pair(int chosen, int rejected) =>
            EncodedPrompt.Pair(new int[1 + chosen], 1, new int[1 + rejected], 1, 0, false, false);
        EncodedPrompt[] pairs = [.. Enumerable.Range(0, 100).Select(i => i < 70 ? Pair(2, 5) : i < 74 ? Pair(3, 3) : Pair(6, 4))];
        Assert.Equal((0.72, false), LengthAloneRule.Of(pairs));
        Assert.Null(LengthAloneRule.Of(pairs[..99]));
        Assert.Equal((0.63, true), LengthAloneRule.Of([.. pairs.Take(35), .. pairs.Skip(70).Take(4), .. Enumerable.Repeat(Pair(6, 4), 61)]));
        TrainingDiagnosis found = Assert.Single(Run(3, _ => Step(-1), run: Run16 with { LengthAlone = LengthAloneRule.Of(pairs) }));
        Assert.Equal((1, "length", false, 0.72, 0.65), (found.Step, found.Rule, found.IsSevere, found.Value, found.Limit));
        Assert.Equal(
            "The chosen answer is the shorter one so often that naming the shorter one gets 72 % of the pairs right: the model learns to write less. Balance "
            + "the lengths of the data, or compare answers of like length.",
            found.Message);
        Assert.Empty(Run(3, _ => Step(-1), run: Run16 with { LengthAlone = (0.65, true) }));
    }

    private static TrainingDiagnosis[] Run(int steps, Func<int, TrainingProgress> step, bool isOver = false, DiagnosedRun? run = null)
    {
        var diagnosis = new RunDiagnosis(run ?? Run16);
        TrainingDiagnosis[] found =
            [.. Enumerable.Range(0, steps).SelectMany(i => diagnosis.Observe(step(i) with { Step = i + 1, TotalSteps = isOver ? steps : steps + 1 }))];
        return isOver ? [.. found, .. diagnosis.End()] : found;
    }

    private static EvaluationFigures Evaluation(double chosen) => new(1, 2 * chosen, 2 * (chosen - 1), 1, 2, chosen, chosen - 1);

    private static TrainingProgress Step(double chosen) => new()
    {
        Step = 1,
        TotalSteps = 1,
        Epoch = 0,
        Loss = 0.1,
        ChosenReward = 2 * chosen,
        RejectedReward = 2 * (chosen - 1),
        Accuracy = 1,
        Margin = 2,
        ChosenLogProbability = chosen,
        RejectedLogProbability = chosen - 1,
        GradientNorm = 1,
        LearningRate = 2e-3,
        ReportedLearningRate = 2e-3,
        Tokens = 100,
        TokensPerSecond = 100,
        Elapsed = TimeSpan.Zero,
        Remaining = TimeSpan.Zero,
    };
}
