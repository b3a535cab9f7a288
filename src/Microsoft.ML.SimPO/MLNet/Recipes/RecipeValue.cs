using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>A value of a YAML file: a scalar, a list or a mapping, and the line on which it stands.</summary>
/// <param name="Text">A scalar's own text, or a short form of what it is not.</param>
/// <param name="IsQuoted">Whether a scalar is a text whatever it looks like.</param>
/// <param name="Items">Of a list; null else.</param>
/// <param name="Fields">Of a mapping, in their order; null else.</param>
/// <param name="Line">From 1; 0 or less for one that no file holds.</param>
internal sealed record RecipeValue(
    string Text, bool IsQuoted, IReadOnlyList<RecipeValue>? Items, IReadOnlyList<(string Key, RecipeValue Value)>? Fields, int Line)
{
    public bool IsScalar => Items is null && Fields is null;

    /// <summary>What a message about it begins with: its line, where it has one.</summary>
    public string Place => Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {Line}: ") : "";

    /// <summary>Also Python's word for it, which recipes have.</summary>
    public bool IsNull => IsScalar && !IsQuoted && Text is "" or "~" or "null" or "Null" or "NULL" or "None";

    /// <summary>As YAML 1.1 and Python read it: <c>no</c> is false, too.</summary>
    public bool? Boolean => !IsScalar ? null : Text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => true,
        "false" or "no" or "off" => false,
        _ => null,
    };

    /// <summary><c>5e-7</c> is one, too, which YAML 1.1 takes for a text.</summary>
    public double? Number => IsScalar && double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
        ? number : null;

    public static RecipeValue Scalar(string text, int line = 0, bool isQuoted = false) => new(text, isQuoted, null, null, line);

    public static RecipeValue List(IReadOnlyList<RecipeValue> items, int line = 0) =>
        new($"[{string.Join(", ", items.Select(i => i.Text))}]", false, items, null, line);

    public static RecipeValue Map(IReadOnlyList<(string Key, RecipeValue Value)> fields, int line = 0) =>
        new($"{{{string.Join(", ", fields.Select(f => $"{f.Key}: {f.Value.Text}"))}}}", false, null, fields, line);
}
