using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo resume</c></summary>
internal static class ResumeCommand
{
    public static Command Make(TextWriter output, TextWriter error)
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "The folder of a run that `simpo train` began: the recipe's `output_dir`." };
        Option<bool> json = JsonOption.Make("The result as JSON.");
        var command = new Command("resume", "Goes on with a run that was interrupted. Example: simpo resume outputs/run") { folder, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            string path = parsed.GetValue(folder)!.FullName;
            AlignmentRecipe recipe = SavedRecipe.Load(new MLContext(), path);
            (recipe.Options.OutputPath, recipe.Options.ResumeFrom) = (path, "Auto");
            return await TrainingJob.RunAsync(recipe, () => { }, parsed.GetValue(json), output, error, cancellation);
        });
        return command;
    }
}
