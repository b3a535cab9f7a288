namespace Microsoft.ML.SimPO;

/// <summary>The recipes of <c>mlContext.Alignment</c>: YAML files of settings, as the SimPO repository, TRL and LLaMA-Factory have them.</summary>
public sealed partial class AlignmentRecipes
{
    private readonly MLContext _context;

    internal AlignmentRecipes(MLContext context) => _context = context;

    /// <summary>
    /// Reads a recipe. What it says nothing of has the default of the trainer that it is written for. Every setting is honored, harmless here with a reason, or
    /// refused with one; a setting that nobody knows is an error that names the nearest.
    /// </summary>
    /// <param name="path">A .yaml file of settings.</param>
    /// <param name="options">Where names lead, and what takes the place of the file's settings. Null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no recipe, or settings are unknown, out of range or refused; all are listed with their lines.</exception>
    public AlignmentRecipe Load(string path, RecipeOptions? options = null) => Make(RecipeFile.Load(path), path, options ?? new RecipeOptions());

    /// <summary>Reads a recipe's text.</summary>
    /// <param name="yaml">The settings.</param>
    /// <param name="options">Where names lead, and what takes the place of the text's settings. Null for the defaults.</param>
    /// <inheritdoc cref="Load(string, RecipeOptions?)" path="/*[self::returns or self::exception]"/>
    public AlignmentRecipe Parse(string yaml, RecipeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return Make(RecipeFile.Parse(yaml, "recipe"), "recipe", options ?? new RecipeOptions());
    }

    private AlignmentRecipe Make(IReadOnlyList<(string Key, RecipeValue Value)> fields, string source, RecipeOptions how)
    {
        RecipeReader recipe = RecipeReader.Read(fields, how.Overrides, source);
        var builder = new RecipeBuilder(recipe, how, new RecipeNames(how.Map, Environment.GetEnvironmentVariable));
        PreferenceTrainerOptions options = builder.Build();
        (IReadOnlyList<RecipeDataset> train, IReadOnlyList<RecipeDataset> validation) = builder.Datasets(options);
        int? mostRows = builder.MostRows;
        if (recipe.Faults.Count == 0) recipe.Faults.AddRange(options.Faults());
        recipe.ThrowFaults();
        bool mayBeAnswers = options is SftTrainer.Options or KtoTrainer.Options && !recipe.Says("rows");
        if (mayBeAnswers && RecipeConversations.Are(train[0], labelled: options is KtoTrainer.Options)) options.Rows = RowKind.Responses;
        return new AlignmentRecipe(_context, options, train, validation, recipe.Settings(), builder.Notes)
        {
            InsertsSystemMessage = builder.InsertsSystemMessage(options),
            MostRows = mostRows,
        };
    }
}
