using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo plan</c></summary>
internal static class PlanCommand
{
    public static Command Make(TextWriter output)
    {
        var recipe = new RecipeArguments();
        var device = new Option<double?>("--device-gb") { Description = "Memory of the device in gigabytes, where it is not this machine's.", HelpName = "GB" };
        Option<bool> json = JsonOption.Make("The plan as JSON.");
        Command command = recipe.AddTo(new Command("plan", "Shows what a recipe means: every setting with its origin, steps, tokens, and the memory that "
            + "the run takes. No weights are read. Example: simpo plan recipe.yaml --device-gb 80"));
        command.Options.Add(device);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            AlignmentRecipe loaded = recipe.Load(context, parsed);
            long? bytes = parsed.GetValue(device) is { } gigabytes ? (long)(gigabytes * 1e9) : null;
            RunPlan plan = context.Alignment.Plan(loaded.Options, loaded.LoadTrainingData(), bytes, cancellation);
            if (bytes is null) plan = context.Alignment.MeasureTime(plan); // of another device it is not known
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(plan.ToJson());
                return ExitCode.Ok;
            }
            await output.WriteAsync(loaded.ToString());
            await output.WriteLineAsync(context.Alignment.DescribeModel(loaded.Options.ModelPath, loaded.Options).ToString());
            await output.WriteAsync(plan.ToString());
            RunCheck before = context.Alignment.Diagnose(loaded.Options, new DiagnosisLimits { DeviceBytes = bytes });
            if (!before.IsWell) await output.WriteAsync(before.ToString());
            return DoctorCommand.Code(before);
        });
        return command;
    }
}
