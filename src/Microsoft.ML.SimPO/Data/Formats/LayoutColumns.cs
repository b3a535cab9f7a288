using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>
/// The fields of a data set by their part in a pair; null where there is none. A name is a path: <c>answers.good</c> is `good` of the
/// object `answers`, unless a field has that very name.
/// </summary>
internal sealed record LayoutColumns
{
    public string? Prompt { get; init; }

    public string? Input { get; init; }

    public string? System { get; init; }

    public string? History { get; init; }

    public string? Tools { get; init; }

    public string? Documents { get; init; }

    public string? Variables { get; init; }

    public string? Chosen { get; init; }

    public string? Rejected { get; init; }

    public string? ScoreChosen { get; init; }

    public string? ScoreRejected { get; init; }

    public string? Responses { get; init; }

    public string? Scores { get; init; }

    /// <summary>Fields that hold what is no text; see <see cref="MediaFields"/>.</summary>
    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>The fields in use, as the top-level names that a container knows.</summary>
    public IReadOnlyCollection<string> TopLevel(IReadOnlyCollection<string> names)
    {
        string?[] paths = [Prompt, Input, System, History, Tools, Documents, Variables, Chosen, Rejected, ScoreChosen, ScoreRejected, Responses, Scores];
        return paths.OfType<string>().Concat(Media).Select(path => names.Contains(path) ? path : path.Split('.')[0]).ToHashSet(StringComparer.Ordinal);
    }

    public string Describe()
    {
        (string Part, string? Name)[] parts =
        [
            ("prompt", Prompt), ("input", Input), ("system", System), ("history", History), ("tools", Tools),
            ("documents", Documents), ("template variables", Variables), ("chosen", Chosen), ("rejected", Rejected),
            ("score of chosen", ScoreChosen), ("score of rejected", ScoreRejected), ("answers", Responses), ("scores", Scores),
        ];
        return string.Join(", ", parts.Where(p => p.Name is not null).Select(p => $"{p.Part} `{p.Name}`"));
    }

    /// <summary>The value at a path; null where there is none.</summary>
    public static FieldValue Get(FieldRecord row, string? path)
    {
        if (path is null) return default;
        FieldValue value = row[path];
        if (!value.IsNull || !path.Contains('.', StringComparison.Ordinal)) return value;
        foreach (string step in path.Split('.'))
        {
            value = row[step];
            if (value.Kind != FieldKind.Record) return step.Length > 0 && path.EndsWith(step, StringComparison.Ordinal) ? value : default;
            row = value.Record;
        }
        return value;
    }
}
