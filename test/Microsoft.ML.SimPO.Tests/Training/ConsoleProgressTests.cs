using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training;

public class ConsoleProgressTests
{
    [Fact]
    public void A_terminal_has_one_line_that_grows()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var progress = new ConsoleProgress(writer, isTerminal: true);
        progress.Report(Step(1, 4, TimeSpan.FromHours(30)));
        progress.Report(Step(4, 4, TimeSpan.Zero));
        Assert.Equal("\r[######..................] 1/4  loss 0.6931  accuracy 75 %  margin 0.123  30.0 h left"
            + "\r[########################] 4/4  loss 0.6931  accuracy 75 %  margin 0.123  0 s left   \n", writer.ToString());
    }

    [Fact]
    public void A_file_has_some_twenty_lines_however_many_steps_there_are()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var progress = new ConsoleProgress(writer, isTerminal: false);
        for (int i = 1; i <= 1000; i++) progress.Report(Step(i, 1000, TimeSpan.FromMinutes(5)));
        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(21, lines.Length);
        Assert.Equal("step 1/1000  loss 0.6931  accuracy 75 %  margin 0.123  5 min left", lines[0]);
        Assert.StartsWith("step 1000/1000  ", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "\r[######..................] 1/4  loss 0.6931  accuracy 75 %  margin 0.123  0 s left\n")]
    [InlineData(false, "step 1/4  loss 0.6931  accuracy 75 %  margin 0.123  0 s left\n")]
    public void An_evaluation_has_lines_of_its_own_with_its_answers(bool isTerminal, string step)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var progress = new ConsoleProgress(writer, isTerminal);
        var sum = new MetricsSum(0);
        sum.Add(3, 0);
        sum.Add(0, 1);
        var evaluation = new ValidationResult(1, 0.25, 0.5, sum.Metrics()) { SampleAnswers = [new("How?", "So:\nlike this."), new("When?", "Now.")] };
        const string lines = "evaluation after step 1  loss 0.5000  accuracy 50 %  margin 1.000\n  How? -> So: like this.\n  When? -> Now.\n";
        progress.Report(evaluation);
        progress.Report(Step(1, 4, TimeSpan.Zero));
        progress.Report(evaluation);
        Assert.Equal(lines + step + lines, writer.ToString());
    }

    private static TrainingProgress Step(int step, int steps, TimeSpan remaining) => new()
    {
        Step = step,
        TotalSteps = steps,
        Epoch = 0.5,
        Loss = 0.69314,
        ChosenReward = -1,
        RejectedReward = -2,
        Accuracy = 0.75,
        Margin = 0.1234,
        ChosenLogProbability = -1,
        RejectedLogProbability = -1,
        GradientNorm = 1,
        LearningRate = 1e-4,
        ReportedLearningRate = 1e-4,
        Tokens = 1,
        TokensPerSecond = 1,
        Elapsed = TimeSpan.Zero,
        Remaining = remaining,
    };
}
