using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Sixteen pairs a step: windows of four steps.</summary>
public class RunDiagnosisTests
{
    [Fact]
    public void A_fall_of_the_chosen_log_probability_is_told_with_its_numbers_and_again_when_it_is_severe()
    {
        // By 0.1 a step from -0.2: the mean of four steps falls by 0.1 a step from -0.35.
        TrainingDiagnosis[] found = Run(20, i => -0.2 - (0.1 * i), _ => 1);
        Assert.Equal([(8, false), (15, true)], found.Select(f => (f.Step, f.IsSevere)));
        Assert.All(found, f => Assert.Equal(TrainingSymptom.ChosenLogProbabilityFell, f.Symptom));
        Assert.Equal(0.4, found[0].Value, 1e-9);
        Assert.Equal(
            "After step 8 the chosen answers' log-probability has fallen by 0.40 nats a token, from -0.35 to -0.75, while the accuracy reads 100 %: the model "
                + "is losing its language. Use a lower `LearningRate` than 0.002, or add `SftWeight`.",
            found[0].Message);
        Assert.Contains("has fallen by 1.10 nats a token, from -0.35 to -1.45, while the accuracy reads 100 %: the model has lost its language.",
            found[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chance_is_no_fall()
    {
        // Means of batches that jump by half a nat, and one window that is lower by 0.35: well within three standard errors.
        double[] noise = [-1.0, -1.9, -1.1, -1.8];
        Assert.Empty(Run(40, i => noise[i % 4] - (i is >= 20 and < 24 ? 0.35 : 0), _ => 1));
        Assert.Empty(Run(40, i => -0.25 - (0.29 * i / 39), _ => 1));
    }

    [Fact]
    public void Steps_without_chosen_answers_say_nothing_of_them()
    {
        Assert.Empty(Run(20, i => i % 3 == 2 ? double.NaN : -0.2, _ => 1));
        Assert.Empty(Run(4, _ => double.NaN, _ => 1));
        TrainingDiagnosis found = Assert.Single(Run(16, i => i % 2 == 1 ? double.NaN : i < 8 ? -0.2 : -0.6, _ => 1));
        Assert.Equal((15, 0.4), (found.Step, Math.Round(found.Value, 9)));
    }

    [Fact]
    public void A_gradient_that_stays_below_a_thousandth_of_its_start_is_told_once()
    {
        TrainingDiagnosis found = Assert.Single(Run(20, _ => -0.2, i => i < 10 ? 4 : 0.003));
        Assert.Equal((14, TrainingSymptom.GradientVanished, false), (found.Step, found.Symptom, found.IsSevere));
        Assert.Equal(0.00075, found.Value, 1e-12);
        Assert.StartsWith("After step 14 the gradient norm has stayed below 0.003 for 4 steps, where it began with 4: nothing is learned any more, though the "
            + "accuracy reads 100 %.", found.Message, StringComparison.Ordinal);
        Assert.Empty(Run(20, _ => -0.2, i => i % 4 == 3 ? 0.1 : 0)); // single steps without a gradient, as with the hinge
    }

    private static TrainingDiagnosis[] Run(int steps, Func<int, double> chosen, Func<int, double> norm)
    {
        var diagnosis = new RunDiagnosis(16, 2e-3, "SftWeight");
        return [.. Enumerable.Range(0, steps).SelectMany(i => diagnosis.Observe(Progress(i + 1, steps, chosen(i), norm(i))))];
    }

    private static TrainingProgress Progress(int step, int steps, double chosen, double norm) => new()
    {
        Step = step,
        TotalSteps = steps,
        Epoch = step / (double)steps,
        Loss = 0.1,
        ChosenReward = 2 * chosen,
        RejectedReward = 2 * (chosen - 3),
        Accuracy = 1,
        Margin = 6,
        ChosenLogProbability = chosen,
        RejectedLogProbability = chosen - 3,
        GradientNorm = norm,
        LearningRate = 2e-3,
        ReportedLearningRate = 2e-3,
        Tokens = 100,
        TokensPerSecond = 100,
        Elapsed = TimeSpan.FromSeconds(step),
        Remaining = TimeSpan.FromSeconds(steps - step),
    };
}
