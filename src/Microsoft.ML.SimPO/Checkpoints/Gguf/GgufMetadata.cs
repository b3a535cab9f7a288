using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>Typed access to the metadata of a GGUF file. Every error names the file, the key, what is expected and what was found.</summary>
/// <param name="path">The full path of the file.</param>
/// <param name="values">By key.</param>
internal sealed class GgufMetadata(string path, IReadOnlyDictionary<string, GgufValue> values)
{
    public string Path => path;

    public IEnumerable<string> Keys => values.Keys;

    public bool Has(string key) => values.ContainsKey(key);

    public string Text(string key) => TextOrNull(key) ?? throw Missing(key, "a text");

    public string? TextOrNull(string key) => Find<string>(key, "a text");

    public bool? FlagOrNull(string key) => values.TryGetValue(key, out GgufValue? value)
        ? value.Value is bool flag ? flag : throw Wrong(key, "a flag", value.Kind) : null;

    /// <summary>A size or an id: a whole number from 0 to that of an int.</summary>
    public int Size(string key) => SizeOrNull(key) ?? throw Missing(key, "a whole number");

    /// <summary>A size that cannot be 0.</summary>
    public int Positive(string key) => Size(key) is > 0 and var size ? size : throw Wrong(key, "at least 1", "0");

    public int? SizeOrNull(string key)
    {
        if (!values.TryGetValue(key, out GgufValue? value)) return null;
        if (value.Value is not long number) throw Wrong(key, "a whole number", value.Kind);
        return number is >= 0 and <= int.MaxValue
            ? (int)number : throw Wrong(key, FormattableString.Invariant($"from 0 to {int.MaxValue}"), number.ToString(CultureInfo.InvariantCulture));
    }

    public double? NumberOrNull(string key)
    {
        if (!values.TryGetValue(key, out GgufValue? value)) return null;
        double number = value.Value switch
        {
            double real => real,
            long whole => whole,
            _ => throw Wrong(key, "a number", value.Kind),
        };
        return float.IsFinite((float)number) ? number : throw Wrong(key, "a finite number", number.ToString(CultureInfo.InvariantCulture));
    }

    public string[] Texts(string key) => Find<string[]>(key, "a list of texts") ?? throw Missing(key, "a list of texts");

    /// <param name="count">How many there must be.</param>
    public float[] Singles(string key, int count) => OfCount(key, Find<float[]>(key, "a list of numbers"), "a list of numbers", count);

    /// <inheritdoc cref="Singles"/>
    public long[] Integers(string key, int count) => OfCount(key, Find<long[]>(key, "a list of whole numbers"), "a list of whole numbers", count);

    /// <summary>The error for a key whose value cannot be used.</summary>
    /// <param name="expected">What it should be, as it follows "must be".</param>
    public InvalidDataException Wrong(string key, string expected, string found) =>
        new($"'{path}': key {Faults.Quote(key)} must be {expected}, but is {found}.");

    private InvalidDataException Missing(string key, string expected) => new($"'{path}': key {Faults.Quote(key)} is missing; {expected} is expected.");

    private T? Find<T>(string key, string expected)
        where T : class =>
        values.TryGetValue(key, out GgufValue? value) ? value.Value as T ?? throw Wrong(key, expected, value.Kind) : null;

    private T[] OfCount<T>(string key, T[]? list, string expected, int count)
    {
        if (list is null) throw Missing(key, expected);
        return list.Length == count ? list : throw Wrong(
            key, FormattableString.Invariant($"a list of {count}, one for each token"), FormattableString.Invariant($"one of {list.Length}"));
    }
}
