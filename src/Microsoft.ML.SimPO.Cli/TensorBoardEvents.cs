using TorchSharp;
using TorchSharp.Modules;

namespace SimPO.Cli;

/// <summary>
/// Writes the figures of a run as events that TensorBoard shows, under the names that Hugging Face's trainers give them; passes all steps on.
/// </summary>
internal sealed class TensorBoardEvents(string folder, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
{
    private SummaryWriter? _writer; // from the first step on: what does not begin leaves nothing

    public void Report(TrainingProgress value)
    {
        next.Report(value);
        _writer ??= torch.utils.tensorboard.SummaryWriter(Path.Combine(folder, "runs"));
        Write(value.Step, "loss", value.Loss);
        Write(value.Step, "grad_norm", value.GradientNorm);
        Write(value.Step, "learning_rate", value.LearningRate);
        Write(value.Step, "rewards/chosen", value.ChosenReward);
        Write(value.Step, "rewards/rejected", value.RejectedReward);
        Write(value.Step, "rewards/accuracies", value.Accuracy);
        Write(value.Step, "rewards/margins", value.Margin);
        Write(value.Step, "logps/chosen", value.ChosenLogProbability);
        Write(value.Step, "logps/rejected", value.RejectedLogProbability);
        Write(value.Step, "tokens_per_second", value.TokensPerSecond);
        foreach ((string name, double figure) in value.MethodMetrics) Write(value.Step, name, figure);
    }

    private void Write(int step, string name, double value)
    {
        if (double.IsFinite(value)) _writer!.add_scalar($"train/{name}", (float)value, step);
    }
}
