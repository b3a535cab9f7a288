namespace Microsoft.ML.SimPO;

/// <summary>
/// All that is to be known of an option beside its type, its default and its documentation. Whoever checks, saves, resumes or searches options reads it here:
/// a new option is a property with this, and stands in no other list.
/// </summary>
/// <param name="recipeKey">
/// Its name in a recipe: that of the SimPO repository or of Hugging Face where these have it, else our own; null for what no file can say.
/// </param>
/// <param name="effect">What another value does to a run.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute(string? recipeKey, OptionEffect effect) : Attribute
{
    public string? RecipeKey { get; } = recipeKey;

    public OptionEffect Effect { get; } = effect;

    /// <summary>The least value; not a number for none.</summary>
    public double AtLeast { get; init; } = double.NaN;

    /// <summary>What values are greater than; not a number for none.</summary>
    public double Above { get; init; } = double.NaN;

    /// <summary>The greatest value; not a number for none.</summary>
    public double AtMost { get; init; } = double.NaN;

    /// <summary>What values are less than; not a number for none.</summary>
    public double Below { get; init; } = double.NaN;

    /// <summary>The option whose value values are less than; null for none.</summary>
    public string? BelowOption { get; init; }

    /// <summary>What a text names, as "a column", which it must then do; null for a text that may be empty.</summary>
    public string? Names { get; init; }

    /// <summary>What to do instead of a value that is out of range, as the rest of a sentence that begins with "Use"; null for nothing to say.</summary>
    public string? Use { get; init; }

    /// <summary>
    /// Its value, as text, of which the state of a run says nothing: that of runs from before there was the option. Null where every value is said.
    /// </summary>
    public string? Unsaid { get; init; }

    /// <summary>Whether it says where something lies when a model is loaded, which a saved model does not ask.</summary>
    public bool IsLocation { get; init; }
}
