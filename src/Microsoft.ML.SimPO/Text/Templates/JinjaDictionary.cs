using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.SimPO.Text;

/// <summary>A dictionary in the order of insertion. Filled by whoever makes it, not changed afterwards.</summary>
internal sealed class JinjaDictionary : JinjaObject
{
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
    public static bool IsHashable([NotNullWhen(false)] object? key)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        return key switch
        {
            JinjaList or JinjaDictionary or JinjaDictionaryView => false,
            JinjaTuple tuple => Array.TrueForAll(tuple.Items, IsHashable),
            _ => true,
        };
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

        public new bool Equals(object? x, object? y) => JinjaComparison.AreEqual(x, y, new JinjaBudget(JinjaOptions.Default));

        public int GetHashCode(object obj)
        {
            System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
            return obj switch
            {
                string text => text.GetHashCode(StringComparison.Ordinal),
                JinjaMarkup markup => markup.Text.GetHashCode(StringComparison.Ordinal),
                bool flag => (flag ? 1.0 : 0.0).GetHashCode(),
                long number => ((double)number).GetHashCode(),
                System.Numerics.BigInteger big => ((double)big).GetHashCode(),
                double number => (number == 0 ? 0.0 : number).GetHashCode(),
                JinjaTuple tuple => tuple.Items.Aggregate(17, (hash, item) => HashCode.Combine(hash, item is null ? 0 : GetHashCode(item))),
                JinjaUndefined => 2,
                _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj),
            };
        }
    }
}
