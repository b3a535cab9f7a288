namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>A dictionary in the order of insertion. Filled by whoever makes it, not changed afterwards.</summary>
internal sealed class JinjaDictionary : JinjaObject
{
    private const int MaxKeySize = 1000;

    private static readonly object NoneKey = new();

    private readonly OrderedDictionary<object, object?> _items = new(KeyComparer.Instance);

    public override string TypeName => "dict";

    public override bool IsTrue => _items.Count > 0;

    public int Count => _items.Count;

    public IEnumerable<object?> Keys => _items.Keys.Select(Unwrap);

    public IEnumerable<object?> Values => _items.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Items => _items.Select(item => new KeyValuePair<object?, object?>(Unwrap(item.Key), item.Value));

    /// <exception cref="JinjaException">TypeError: the key cannot be hashed.</exception>
    public object? this[object? key]
    {
        set
        {
            RequireHashable(key);
            _items[key ?? NoneKey] = value;
        }
    }

    public bool TryGet(object? key, out object? value)
    {
        RequireHashable(key);
        return _items.TryGetValue(key ?? NoneKey, out value);
    }

    /// <summary>Whether Python could use the value as a key; tuples only of such.</summary>
    /// <exception cref="JinjaException">A tuple holds more values than a key may.</exception>
    public static bool IsHashable(object? key)
    {
        int values = 0;
        return IsHashable(key, ref values);
    }

    /// <summary>Tuples can share parts so often that to walk them would never end: the walk is bounded.</summary>
    private static bool IsHashable(object? key, ref int values)
    {
        if (++values > MaxKeySize) throw JinjaException.Limit($"The template uses a tuple of more than {MaxKeySize} values as a key.");
        if (key is not JinjaTuple tuple) return key is not (JinjaList or JinjaDictionary or JinjaDictionaryView);
        foreach (object? item in tuple.Items)
            if (!IsHashable(item, ref values)) return false;
        return true;
    }

    private static void RequireHashable(object? key)
    {
        if (!IsHashable(key)) throw JinjaException.Type($"unhashable type: '{JinjaValue.TypeName(key)}'");
    }

    private static object? Unwrap(object key) => ReferenceEquals(key, NoneKey) ? null : key;

    /// <summary>1, 1.0 and true are one key.</summary>
    internal sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) =>
            x is string a && y is string b ? a == b : JinjaComparison.AreEqual(x, y, new JinjaBudget(JinjaOptions.Default));

        public int GetHashCode(object obj) => obj switch
        {
            string text => text.GetHashCode(StringComparison.Ordinal),
            JinjaMarkup markup => markup.Text.GetHashCode(StringComparison.Ordinal),
            bool flag => (flag ? 1L : 0L).GetHashCode(),
            double number when Math.Floor(number) == number && Math.Abs(number) < 1L << 62 => ((long)number).GetHashCode(),
            double number when Math.Floor(number) == number && double.IsFinite(number) => new System.Numerics.BigInteger(number).GetHashCode(),
            JinjaTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, item is null ? 0 : GetHashCode(item))),
            JinjaUndefined => 2,
            JinjaObject other => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(other),
            _ => obj.GetHashCode(),
        };
    }
}
