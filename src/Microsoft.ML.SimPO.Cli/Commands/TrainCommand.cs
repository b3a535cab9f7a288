using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo train</c></summary>
internal static class TrainCommand
{
    public static Command Make(TextWriter output, TextWriter error)
    {
        var recipe = new RecipeArguments();
        var json = new Option<bool>("--json") { Description = "The result as JSON." };
        Command command = recipe.AddTo(new Command("train", "Trains as a recipe says. Example: simpo train recipe.yaml --map org/model=./model --set "
            + "beta=2.5"));
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            AlignmentRecipe loaded = recipe.Load(context, parsed);
            void Begun()
            {
                if (loaded.Options.OutputPath is { } folder) SavedRecipe.Write(folder, recipe.PathOf(parsed), recipe.Options(parsed), loaded);
            }
            return await TrainingJob.RunAsync(loaded, Begun, parsed.GetValue(json), output, error, cancellation);
        });
        return command;
    }
}
