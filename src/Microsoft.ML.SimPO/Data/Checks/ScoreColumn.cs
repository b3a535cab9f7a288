using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>The scores of a row as they stand in the data.</summary>
internal static partial class ScoreColumn
{
    /// <summary>Whether a score is text with a comma for its decimals, which no reader of this container takes for a number.</summary>
    public static bool HasCommas(CheckedRow row) => Comma(row) is not null;

    /// <inheritdoc cref="HasCommas"/>
    public static string? Comma(CheckedRow row)
    {
        foreach ((string name, FieldValue value) in Of(row))
            if (value is { Kind: FieldKind.Text, IsLocal: false } && CommaDecimal().IsMatch(value.Text)) return $"`{name}` is `{value.Text}`";
        return null;
    }

    /// <summary>A score that is no number; null where there are none, or all are.</summary>
    public static string? None(CheckedRow row)
    {
        foreach ((string name, FieldValue value) in Of(row))
        {
            if (value.Kind == FieldKind.Text && CommaDecimal().IsMatch(value.Text)) continue;
            bool isScore = ScoreField.TryRead(value, out float? score) && score is { } number && float.IsFinite(number);
            if (!isScore) return $"`{name}` is {Shown(value)}";
        }
        return null;
    }

    /// <summary>Whether one score at least is a number.</summary>
    public static bool HasAny(CheckedRow row) => Of(row).Any(field => ScoreField.TryRead(field.Value, out float? score) && score is not null);

    private static IEnumerable<(string Name, FieldValue Value)> Of(CheckedRow row)
    {
        if (row.Fields is null || row.Columns is null) yield break;
        string?[] names = [row.Columns.ScoreChosen, row.Columns.ScoreRejected, row.Columns.Responses is null ? null : row.Columns.Scores];
        foreach (string name in names.OfType<string>())
        {
            FieldValue value = ListText.Of(row.Value(name));
            if (value.Kind != FieldKind.List) yield return (name, value);
            else foreach (FieldValue item in value.Items) yield return (name, item);
        }
    }

    private static string Shown(FieldValue value) => value.Kind switch
    {
        FieldKind.Text => Excerpt.Quoted(value.Text),
        FieldKind.Number => "no finite number",
        _ => value.KindName,
    };

    [GeneratedRegex(@"^\s*[+-]?\d+,\d+\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex CommaDecimal();
}
