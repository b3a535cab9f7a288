namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Named values of a row or of an object inside one. Where a name stands twice the last one counts, as in Python's <c>json</c>.</summary>
internal sealed class FieldRecord(string[] names, FieldValue[] values)
{
    public IReadOnlyList<string> Names => names;

    public IReadOnlyList<FieldValue> Values => values;

    /// <summary>The value of that very name; null where there is none.</summary>
    public FieldValue this[string name]
    {
        get
        {
            for (int i = values.Length - 1; i >= 0; i--)
            {
                if (ReferenceEquals(names[i], name) || names[i] == name) return values[i];
            }
            return default;
        }
    }

    public bool Has(string name) => Array.IndexOf(names, name) >= 0;
}
