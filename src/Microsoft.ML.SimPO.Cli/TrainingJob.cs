using System.Globalization;
using System.Text.Json;

namespace SimPO.Cli;

/// <summary>A run from a recipe to its model and its result.</summary>
internal static class TrainingJob
{
    /// <summary>Held-out prompts that are answered before and after, for the report.</summary>
    private const int ShownAnswers = 8;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <param name="begun">Done when the run has done its first step: what an earlier run left in the folder stays where none begins.</param>
    public static async Task<int> RunAsync(
        AlignmentRecipe recipe, Action begun, bool asJson, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        await error.WriteAsync(recipe.ToString());
        if (ShowsAnswers(recipe))
        {
            recipe.Options.SampleAnswers = ShownAnswers;
            await error.WriteLineAsync("At each evaluation 8 held-out prompts are answered for the report; `sample_answers: 0` leaves that out.");
        }
        IProgress<TrainingProgress> shown = LiveView.For(recipe, error);
        if (recipe.Options.OutputPath is { } page) shown = new LiveReport(page, new TensorBoardEvents(page, shown));
        recipe.Options.Progress = new FirstStep(begun, shown);
        recipe.Options.SaveOnCancel = recipe.Options.OutputPath is not null;
        using AlignmentTransformer model = Fit(recipe, error, cancellation);
        string? saved = recipe.Options.OutputPath is { } folder ? Path.Combine(folder, "model") : null;
        if (saved is not null && recipe.Options.Lora is null) model.SaveCheckpoint(saved);
        else if (saved is not null) model.SaveAdapter(saved);
        TrainingRun run = model.TrainingRun;
        if (recipe.Options.OutputPath is { } told)
        {
            LiveReport.Write(told);
            await File.WriteAllTextAsync(Path.Combine(told, "trainer_state.json"), run.ToTrainerStateJson(), CancellationToken.None);
            await File.WriteAllTextAsync(Path.Combine(told, "all_results.json"), run.ToResultsJson(), CancellationToken.None);
        }
        ValidationResult? last = run.Validations.Count > 0 ? run.Validations[^1] : null;
        if (asJson)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(
                new
                {
                    steps = run.Steps.Count,
                    loss = run.Steps.Count > 0 ? run.Steps[^1].Loss : (double?)null,
                    eval_loss = last?.Loss,
                    eval_accuracy = last?.Metrics.Accuracy,
                    eval_margin = last?.Metrics.MeanMargin,
                    findings = run.Findings.Select(f => new { rule = f.Rule, severity = f.IsSevere ? "error" : "warning", step = f.Step, message = f.Message }),
                    model = saved,
                },
                Json));
            return Code(run);
        }
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{run.Steps.Count} steps"));
        if (last is not null) await output.WriteLineAsync($"validation: {last.Metrics}");
        if (saved is not null) await output.WriteLineAsync($"saved to {saved}");
        foreach (TrainingDiagnosis finding in run.Findings) await output.WriteLineAsync($"{finding.Rule}: {finding.Message}");
        return Code(run);
    }

    /// <summary>Whether the recipe says nothing of it, and there are held-out prompts and a model that writes.</summary>
    private static bool ShowsAnswers(AlignmentRecipe recipe) =>
        recipe.Options is { OutputPath: not null } and not RewardTrainer.Options && (recipe.ValidationData.Count > 0 || recipe.Options.ValidationFraction > 0)
        && recipe.Settings.All(s => s is not { Key: "sample_answers", Origin: not RecipeOrigin.Default });

    private static int Code(TrainingRun run) => run.Findings.Any(f => f.IsSevere) ? ExitCode.Found : ExitCode.Ok;

    private static AlignmentTransformer Fit(AlignmentRecipe recipe, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            return recipe.Fit(cancellation);
        }
        catch (OperationCanceledException) when (recipe.Options.OutputPath is { } folder)
        {
            error.WriteLine($"Interrupted. `simpo resume {folder}` goes on from the last checkpoint.");
            throw;
        }
    }
}
