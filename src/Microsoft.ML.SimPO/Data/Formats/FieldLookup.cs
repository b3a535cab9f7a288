using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The fields of a sample of rows: their names in order, and what they hold.</summary>
internal sealed class FieldLookup
{
    private readonly Dictionary<string, string> _byNormal = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<FieldRecord> _rows;

    public FieldLookup(IReadOnlyList<FieldRecord> rows)
    {
        _rows = rows;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in rows.SelectMany(row => row.Names).Where(seen.Add))
        {
            Names.Add(name);
            _byNormal.TryAdd(FieldNames.Normalize(name), name);
        }
    }

    public List<string> Names { get; } = [];

    /// <summary>The field of the first candidate that there is; candidates are normalised.</summary>
    public string? Find(IEnumerable<string> candidates) => candidates.Select(Find).FirstOrDefault(name => name is not null);

    public string? Find(string candidate) => _byNormal.GetValueOrDefault(candidate);

    /// <summary>The fields of the first pair of candidates of which there are both.</summary>
    public (string First, string Second)? Find(IEnumerable<(string First, string Second)> candidates)
    {
        foreach ((string a, string b) in candidates)
        {
            if (Find(a) is { } first && Find(b) is { } second) return (first, second);
        }
        return null;
    }

    /// <summary>Whether a path leads to a field of some row.</summary>
    public bool Has(string path) => Names.Contains(path) || Names.Contains(path.Split('.')[0]);

    /// <summary>What the field holds, where it is not null.</summary>
    public IEnumerable<FieldValue> Values(string? path) => _rows.Select(row => LayoutColumns.Get(row, path)).Where(value => !value.IsNull);

    /// <summary>Whether there is a value and all values are as asked.</summary>
    public bool All(string? path, Func<FieldValue, bool> condition)
    {
        bool any = false;
        foreach (FieldValue value in Values(path))
        {
            if (!condition(value)) return false;
            any = true;
        }
        return any;
    }

    /// <summary>Whether the texts of the field, one at least, are all as asked.</summary>
    public bool AllTexts(string? path, Func<string, bool> condition)
    {
        bool any = false;
        foreach (FieldValue value in Values(path).Where(value => value.Kind == FieldKind.Text))
        {
            if (!condition(value.Text)) return false;
            any = true;
        }
        return any;
    }
}
