using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo plan</c></summary>
internal static class PlanCommand
{
    public static Command Make(TextWriter output)
    {
        var recipe = new RecipeArguments();
        Command command = recipe.AddTo(new Command("plan", "Shows what a recipe means: every setting with its origin, and the memory that the run takes. "
            + "No weights are read."));
        command.SetAction(async (parsed, _) =>
        {
            var context = new MLContext();
            AlignmentRecipe loaded = recipe.Load(context, parsed);
            await output.WriteAsync(loaded.ToString());
            await output.WriteLineAsync(context.Alignment.DescribeModel(loaded.Options.ModelPath, loaded.Options).ToString());
            return ExitCode.Ok;
        });
        return command;
    }
}
