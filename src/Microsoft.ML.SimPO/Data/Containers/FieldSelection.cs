namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>The top-level fields that are needed: all of them until the layout is known, then those that it reads.</summary>
internal sealed class FieldSelection
{
    private readonly HashSet<string> _always = new(StringComparer.Ordinal);
    private HashSet<string>? _names;

    public bool Wants(string name) => _names is not { } names || names.Contains(name) || _always.Contains(name);

    /// <summary>From now on a field is needed whatever the layout reads: it holds the row.</summary>
    public void Always(string name) => _always.Add(name);

    public void Limit(IEnumerable<string> names) => _names = new HashSet<string>(names, StringComparer.Ordinal);
}
