using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo merge</c></summary>
internal static class MergeCommand
{
    public static Command Make(TextWriter output)
    {
        var adapter = new Argument<string>("adapter") { Description = "The folder of a LoRA adapter." };
        var target = new Argument<string>("output") { Description = "The folder of the merged model." };
        var model = new Option<string?>("--model") { Description = "The base model, where it is not the one that the adapter names.", HelpName = "DIR" };
        var bfloat16 = new Option<bool>("--bfloat16") { Description = "Weights in bfloat16: half the size." };
        Option<bool> json = JsonOption.Make("Where it is, as JSON.");
        var command = new Command("merge", "Adds an adapter to its model's weights. Example: simpo merge ./adapter ./merged") { adapter, target, model,
            bfloat16, json };
        command.SetAction(async (parsed, _) =>
        {
            string folder = parsed.GetValue(adapter)!, to = parsed.GetValue(target)!;
            var context = new MLContext();
            using AlignmentTransformer loaded = parsed.GetValue(model) is { } named
                ? context.Alignment.LoadModel(named, new ScoringOptions { AdapterPath = folder })
                : context.Alignment.LoadModel(folder);
            loaded.SaveCheckpoint(to, parsed.GetValue(bfloat16) ? CheckpointPrecision.BFloat16 : CheckpointPrecision.Float32);
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), $"saved to {to}", new { model = to });
            return ExitCode.Ok;
        });
        return command;
    }
}
