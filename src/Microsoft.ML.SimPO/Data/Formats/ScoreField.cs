using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Scores as numbers, or as text that is one (CSV has nothing else).</summary>
internal static class ScoreField
{
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
            case FieldKind.Text when string.IsNullOrWhiteSpace(value.Text): return true;
            case FieldKind.Text when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number): break;
            case FieldKind.Number: break;
            default: return false;
        }
        if (!double.IsNaN(number)) score = (float)number;
        return true;
    }
}
