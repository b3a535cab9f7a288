using System.Text.Json;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.State;

public class TrainingLogLineTests
{
    /// <summary>As TRL: where whole answers are compared, `logps` are sums. The means have another name then.</summary>
    [Fact]
    public void Log_probabilities_have_the_names_of_the_field()
    {
        TrainingProgress plain = Step(MethodFigures.None);
        Assert.Equal((-1.5, -2.5), (Field(plain, "logps/chosen"), Field(plain, "logps/rejected")));
        Assert.Equal(plain, TrainingLogLine.ToStep(Parse(TrainingLogLine.Of(plain))));

        TrainingProgress summed = Step(MethodFigures.Of(new Dictionary<string, double> { ["logps/chosen"] = -15, ["logps/rejected"] = -50, ["kl"] = 0.5 }));
        Assert.Equal((-15.0, -50.0), (Field(summed, "logps/chosen"), Field(summed, "logps/rejected")));
        Assert.Equal((-1.5, -2.5), (Field(summed, "mean_logps/chosen"), Field(summed, "mean_logps/rejected")));
        Assert.Equal(summed, TrainingLogLine.ToStep(Parse(TrainingLogLine.Of(summed))));
    }

    private static TrainingProgress Step(MethodFigures metrics) => new()
    {
        Step = 1, TotalSteps = 2, Epoch = 0.5, Loss = 0.25, ChosenReward = 1, RejectedReward = 2, Accuracy = 0.5, Margin = -1, ChosenLogProbability = -1.5,
        RejectedLogProbability = -2.5, MethodMetrics = metrics, GradientNorm = 3, LearningRate = 1e-3, ReportedLearningRate = 1e-3, Tokens = 40,
        TokensPerSecond = 20, Elapsed = TimeSpan.FromSeconds(2), Remaining = TimeSpan.FromSeconds(2),
    };

    private static double Field(TrainingProgress step, string name) => Parse(TrainingLogLine.Of(step)).GetProperty(name).GetDouble();

    private static JsonElement Parse(byte[] line) => JsonDocument.Parse(line).RootElement;
}
