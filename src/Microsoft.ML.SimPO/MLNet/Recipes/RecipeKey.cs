namespace Microsoft.ML.SimPO;

/// <summary>A setting that a recipe may have.</summary>
/// <param name="Name">As a recipe writes it.</param>
/// <param name="Kind">What it takes; null may always be said.</param>
/// <param name="Default">What a recipe that says nothing means, as YAML writes it.</param>
internal sealed record RecipeKey(string Name, RecipeKind Kind, string Default)
{
    /// <summary>Why it changes nothing here; null for one that a run honors.</summary>
    public string? Why { get; init; }

    /// <summary>Values other than these, and than null and the default, are refused; null where none is.</summary>
    public string[]? Only { get; init; }

    /// <summary>Why others are refused, and what to do, as sentences.</summary>
    public string? Refusal { get; init; }

    public RecipeFate Fate => Why is null ? RecipeFate.Honored : RecipeFate.Harmless;

    /// <summary>What is wrong with a value; null for nothing.</summary>
    public string? Fault(RecipeValue value)
    {
        if (value.IsNull) return null;
        if (Mistake(value) is { } mistake) return $"`{Name}` must be {mistake}, but was '{value.Text}'.";
        bool isPossible = Only is null || Only.Append(Default).Any(v => IsSame(v, value));
        return isPossible ? null : $"`{Name}: {value.Text}` is refused: {Refusal}";
    }

    private static bool IsSame(string possible, RecipeValue value) =>
        string.Equals(possible, value.Text, StringComparison.OrdinalIgnoreCase)
        || (bool.TryParse(possible, out bool flag) && value.Boolean == flag)
        || (RecipeValue.Scalar(possible).Number is { } number && value.Number == number);

    private string? Mistake(RecipeValue value) => Kind switch
    {
        RecipeKind.Text when !value.IsScalar => "a text",
        RecipeKind.Number when value.Number is null || value.IsQuoted => "a number",
        RecipeKind.Integer when value.Number is not { } number || value.IsQuoted || number != Math.Truncate(number) || Math.Abs(number) > int.MaxValue =>
            "a whole number",
        RecipeKind.Boolean when value.Boolean is null => "true or false",
        RecipeKind.Texts when value.Fields is not null || value.Items?.All(i => i.IsScalar) == false => "a list of texts",
        RecipeKind.Map when value.Fields is null => "a mapping",
        _ => null,
    };
}
