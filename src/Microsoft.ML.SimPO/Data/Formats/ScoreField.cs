using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Scores as numbers, as truth values (1 and 0), or as text that is a number (CSV has nothing else).</summary>
internal static class ScoreField
{
    // What stands for no score in text: of annotators, of Python, of databases.
    private static readonly string[] None = ["N/A", "NA", "None", "null", "NULL", "-", "\\N"];

    /// <summary>The score of a field; null where there is none, where it is empty or not a number (NaN).</summary>
    public static RowFault? TryRead(FieldRecord row, string? field, out float? score)
    {
        score = null;
        return field is null || TryRead(LayoutColumns.Get(row, field), out score) ? null : RowFault.Type(field, "a number", LayoutColumns.Get(row, field));
    }

    public static bool TryRead(FieldValue value, out float? score)
    {
        score = null;
        double number = value.Number;
        switch (value.Kind)
        {
            case FieldKind.Null: return true;
            case FieldKind.Text when string.IsNullOrWhiteSpace(value.Text) || None.Contains(value.Text.Trim(), StringComparer.OrdinalIgnoreCase): return true;
            case FieldKind.Boolean: break;
            case FieldKind.Text when double.TryParse(Invariant(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number): break;
            case FieldKind.Text when Infinite(value.Text.Trim()) is { } infinite: // as pandas writes it
                number = infinite;
                break;
            case FieldKind.Number: break;
            default: return false;
        }
        if (!double.IsNaN(number)) score = (float)number;
        return true;
    }

    private static double? Infinite(string text) => text.ToLowerInvariant() switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => null,
    };

    private static string Invariant(FieldValue value) =>
        value.IsLocal && !value.Text.Contains('.', StringComparison.Ordinal) ? value.Text.Replace(',', '.') : value.Text;
}
