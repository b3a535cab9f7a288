using System.Text.Json;

namespace SimPO.Cli;

/// <summary>The recipe of a run in the run's folder, with where its names led, so that it can be gone on with from there alone.</summary>
internal static class SavedRecipe
{
    private const string FileName = "recipe.yaml", OptionsName = "recipe.options.json";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <param name="recipe">The recipe's file.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="loaded">What it is.</param>
    public static void Write(string folder, string recipe, RecipeOptions options, AlignmentRecipe loaded)
    {
        string target = Path.Combine(folder, FileName);
        if (Path.GetFullPath(recipe) != Path.GetFullPath(target)) File.Copy(recipe, target, overwrite: true);
        Dictionary<string, string> map = new(options.Map);
        foreach (RecipeDataset data in loaded.TrainingData.Concat(loaded.ValidationData)) map[data.Name] = data.Path;
        if (loaded.Settings.FirstOrDefault(s => s.Key == "model_name_or_path") is { } model) map[model.Value] = loaded.Options.ModelPath;
        var content = new Content(
            map.ToDictionary(p => p.Key, p => Path.GetFullPath(p.Value)), options.Overrides.ToDictionary(),
            options.AcceleratePath is { } path ? Path.GetFullPath(path) : null);
        File.WriteAllText(Path.Combine(folder, OptionsName), JsonSerializer.Serialize(content, Json));
        loaded.SaveSettings(folder);
    }

    /// <exception cref="FileNotFoundException">The folder is not that of a run that this command began.</exception>
    public static AlignmentRecipe Load(MLContext context, string folder)
    {
        string recipe = Path.Combine(folder, FileName), options = Path.Combine(folder, OptionsName);
        if (!File.Exists(recipe) || !File.Exists(options))
            throw new FileNotFoundException($"'{folder}' has no {FileName} and {OptionsName}. Name the `output_dir` of a run that `simpo train` began.",
                recipe);
        Content content = JsonSerializer.Deserialize<Content>(File.ReadAllText(options)) ?? throw new InvalidDataException($"'{options}' is null.");
        return context.Alignment.Recipes.Load(recipe, new RecipeOptions
        {
            Map = content.Map, Overrides = content.Overrides, AcceleratePath = content.AcceleratePath,
        });
    }

    private sealed record Content(Dictionary<string, string> Map, Dictionary<string, string> Overrides, string? AcceleratePath);
}
