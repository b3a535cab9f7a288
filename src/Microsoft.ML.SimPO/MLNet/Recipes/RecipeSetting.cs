namespace Microsoft.ML.SimPO;

/// <summary>A setting of a recipe as it takes effect.</summary>
public sealed record RecipeSetting
{
    internal RecipeSetting(string key, string value, RecipeOrigin origin, RecipeFate fate, string? note) =>
        (Key, Value, Origin, Fate, Note) = (key, value, origin, fate, note);

    /// <summary>Its name in the recipe.</summary>
    public string Key { get; }

    /// <summary>Its value as the recipe writes it.</summary>
    public string Value { get; }

    /// <summary>Who said so.</summary>
    public RecipeOrigin Origin { get; }

    /// <summary>What becomes of it.</summary>
    public RecipeFate Fate { get; }

    /// <summary>Why it changes nothing, or what it was converted to; null for nothing to say.</summary>
    public string? Note { get; }
}
