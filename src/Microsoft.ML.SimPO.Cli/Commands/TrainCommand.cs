using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo train</c></summary>
internal static class TrainCommand
{
    public static Command Make(TextWriter output, TextWriter error)
    {
        var recipe = new RecipeArguments();
        Option<bool> json = JsonOption.Make("The result as JSON.");
        Command command = recipe.AddTo(new Command("train", "Trains as a recipe says. Example: simpo train recipe.yaml --map org/model=./model --set "
            + "beta=2.5"));
        command.Options.Add(json);
        var force = new Option<bool>("--force") { Description = "Also begin a run that does not fit the memory." };
        command.Options.Add(force);
        var asIs = new Option<bool>("--as-is") { Description = "Change no setting of a run that does not fit the memory: it is refused." };
        command.Options.Add(asIs);
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            AlignmentRecipe loaded = recipe.Load(context, parsed);
            bool begins = parsed.GetValue(force);
            string? changed = begins || parsed.GetValue(asIs) ? null : loaded.FitToMemory(cancellationToken: cancellation);
            if (changed is not null)
                await error.WriteLineAsync($"The recipe does not fit the memory. It does with these, which change no result:{Environment.NewLine}{changed}");
            if (!await IsAllowed(context, loaded, begins, error, cancellation)) return ExitCode.Found;
            void Begun()
            {
                if (loaded.Options.OutputPath is { } folder) SavedRecipe.Write(folder, recipe.PathOf(parsed), With(recipe.Options(parsed), changed), loaded);
            }
            return await TrainingJob.RunAsync(loaded, Begun, parsed.GetValue(json), output, error, cancellation);
        });
        return command;
    }

    /// <summary>The options with settings that were changed, so that whoever goes on with the run has them too.</summary>
    private static RecipeOptions With(RecipeOptions options, string? changed)
    {
        if (changed is null) return options;
        Dictionary<string, string> overrides = new(options.Overrides);
        foreach (string[] setting in changed.Split('\n').Select(line => line.Split(": ", 2))) overrides[setting[0]] = setting[1];
        options.Overrides = overrides;
        return options;
    }

    /// <summary>Says what data and options alone show.</summary>
    private static async Task<bool> IsAllowed(MLContext context, AlignmentRecipe recipe, bool force, TextWriter error, CancellationToken cancellation)
    {
        RunCheck before = context.Alignment.Diagnose(recipe.Options);
        if (!before.IsWell) await error.WriteAsync(before.ToString());
        foreach (DataCheck check in recipe.CheckData(cancellation))
            if (!check.IsWell) await error.WriteAsync(check.ToString());
        if (force || !before.Findings.Any(f => f is { Rule: "memory", Severity: FindingSeverity.Error })) return true;
        RunPlan plan = context.Alignment.Plan(recipe.Options, cancellationToken: cancellation);
        if (plan.Nearest is { } nearest) await error.WriteLineAsync($"It would fit with:{Environment.NewLine}{nearest}");
        await error.WriteLineAsync("The run was not begun, for it does not fit the memory. `--force` begins it all the same.");
        return false;
    }
}
