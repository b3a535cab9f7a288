using System.CommandLine;
using System.Text.Json;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo eval</c></summary>
internal static class EvaluateCommand
{
    public static Command Make(TextWriter output)
    {
        var scoring = new ScoringArguments();
        Option<bool> json = JsonOption.Make("The figures as JSON.");
        Command command = scoring.AddTo(new Command("eval", "How often the chosen answer is the better one, with interval. Example: simpo eval ./model "
            + "test.jsonl"));
        command.Options.Add(json);
        command.SetAction(async (parsed, _) =>
        {
            var context = new MLContext();
            using AlignmentTransformer model = scoring.LoadModel(context, parsed);
            AlignmentMetrics metrics = context.Alignment.Evaluate(model.Transform(scoring.LoadPairs(context, parsed)));
            await output.WriteLineAsync(parsed.GetValue(json) ? Json(metrics) : metrics.ToString());
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Json(AlignmentMetrics metrics) => JsonSerializer.Serialize(new
    {
        count = metrics.Count,
        accuracy = metrics.Accuracy,
        accuracy_from = metrics.AccuracyInterval.Lower,
        accuracy_to = metrics.AccuracyInterval.Upper,
        mean_margin = metrics.MeanMargin,
        mean_chosen_reward = metrics.MeanChosenReward,
        mean_rejected_reward = metrics.MeanRejectedReward,
        log_loss = metrics.LogLoss,
    });
}
