using System.CommandLine;
using System.Text.Json;
using Microsoft.ML.Data;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo score</c></summary>
internal static class ScoreCommand
{
    public static Command Make(TextWriter output)
    {
        var scoring = new ScoringArguments();
        Command command = scoring.AddTo(new Command("score", "Rewards and margin of each pair, one JSON object a line. Example: simpo score ./model "
            + "pairs.jsonl"));
        command.Options.Add(JsonOption.Make("As without it: one JSON object a line."));
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            using AlignmentTransformer model = scoring.LoadModel(context, parsed);
            IDataView scored = model.Transform(scoring.LoadPairs(context, parsed));
            foreach (Row row in context.Data.CreateEnumerable<Row>(scored, reuseRowObject: true))
            {
                cancellation.ThrowIfCancellationRequested();
                await output.WriteLineAsync(JsonSerializer.Serialize(
                    new { chosen_reward = row.ChosenReward, rejected_reward = row.RejectedReward, margin = row.Margin,
                        chosen_is_better = row.PredictedLabel }));
            }
            return ExitCode.Ok;
        });
        return command;
    }

    private sealed class Row
    {
        public float ChosenReward { get; set; }

        public float RejectedReward { get; set; }

        public float Margin { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
