using System.Globalization;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>Reads which of two answers a judge found better.</summary>
/// <param name="Kind">How it is said.</param>
/// <param name="Fields">The field that says it, or one for each answer.</param>
/// <param name="Answer">The answers' common name, normalised.</param>
/// <param name="First">How the first answer's name ends.</param>
/// <param name="Second">How the second answer's name ends.</param>
internal sealed record Verdict(VerdictKind Kind, string[] Fields, string Answer, string First, string Second)
{
    private static readonly string[] Ties = ["tie", "ties", "tied", "draw", "equal", "same", "both", "neither", "none", "bothbad", "bothgood", "tiebothbad", "a=b", "[[c]]", "c"];

    // The forms in which judges name an answer, around its letter or number.
    private static readonly string[] Titles = ["", "model", "response", "answer", "assistant", "completion", "option", "output"];

    public string Description => Kind switch
    {
        VerdictKind.Sign => $"`{Fields[0]}` decides: below 0 the first, above 0 the second",
        VerdictKind.FirstIsOne => $"`{Fields[0]}` decides: 1 the first, 0 the second",
        VerdictKind.Name => $"`{Fields[0]}` decides by name",
        VerdictKind.Flags => $"`{Fields[0]}` and `{Fields[1]}` decide: 1 for the winner",
        _ => $"`{Fields[0]}` and `{Fields[1]}` decide: the higher is the better",
    };

    public static bool IsNumber(FieldValue value) => value.Kind != FieldKind.Boolean && ScoreField.TryRead(value, out _);

    /// <summary>Whether the first answer is better: true, false, or null for a tie. Scores are given where they decide.</summary>
    public RowFault? Read(FieldRecord row, out bool? first, out float? scoreFirst, out float? scoreSecond)
    {
        first = null;
        scoreFirst = scoreSecond = null;
        FieldValue value = LayoutColumns.Get(row, Fields[0]);
        if (Kind == VerdictKind.Name)
        {
            if (value.IsNull) return RowFault.Missing(Fields[0]);
            if (ReadName(value) is not { } name)
                return RowFault.Malformed($"`{Fields[0]}` must name one of the two answers or a tie, but was {(value.Kind == FieldKind.Text ? $"`{Excerpt.Of(value.Text)}`" : value.KindName)}.");
            first = name == 0 ? null : name < 0;
            return null;
        }
        if (ScoreField.TryRead(row, Fields[0], out float? one) is { } fault) return fault;
        if (Kind is VerdictKind.Sign or VerdictKind.FirstIsOne)
        {
            if (one is not { } number) return RowFault.Missing(Fields[0]);
            first = Kind == VerdictKind.Sign ? (number == 0 ? null : number < 0) : number == 1;
            return Kind == VerdictKind.FirstIsOne && number is not (0 or 1) ? RowFault.Malformed($"`{Fields[0]}` must be 0 or 1, but was {Text(number)}.") : null;
        }
        if (ScoreField.TryRead(row, Fields[1], out float? two) is { } other) return other;
        if (one is null || two is null) return RowFault.Missing(one is null ? Fields[0] : Fields[1]);
        if (Kind == VerdictKind.Scores) (scoreFirst, scoreSecond) = (one, two);
        first = one == two ? null : one > two;
        return null;
    }

    /// <summary>-1 for the first answer, 1 for the second, 0 for a tie; null where a value says none of these.</summary>
    public int? ReadName(FieldValue value)
    {
        if (value.Kind == FieldKind.Number) return Side(value.Number.ToString("R", CultureInfo.InvariantCulture));
        if (value.Kind != FieldKind.Text) return null;
        string text = new(FieldNames.Normalize(value.Text.Trim()).Where(c => c is not ('(' or ')' or '.')).ToArray());
        if (Titles.Select(title => text.StartsWith(title, StringComparison.Ordinal) ? Side(text[title.Length..]) : null).FirstOrDefault(side => side is not null) is { } found) return found;
        if (text.StartsWith(Answer, StringComparison.Ordinal) && Side(text[Answer.Length..]) is { } own) return own;
        return text switch
        {
            "a>b" or "a>>b" or "[[a]]" => -1,
            "b>a" or "b>>a" or "a<b" or "a<<b" or "[[b]]" => 1,
            _ => Ties.Contains(text, StringComparer.Ordinal) ? 0 : null,
        };
    }

    private int? Side(string ending) => ending == First ? -1 : ending == Second ? 1 : null;

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);
}
