using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The methods of lists, tuples, dictionaries, ranges, bytes and numbers that change nothing.</summary>
internal static class JinjaCollectionMethods
{
    private static readonly Dictionary<string, JinjaBuiltin> All = Build();

    public static JinjaBuiltin? Find(string type, string name) => All.GetValueOrDefault($"{type}.{name}");

    private static Dictionary<string, JinjaBuiltin> Build()
    {
        var all = new Dictionary<string, JinjaBuiltin>(StringComparer.Ordinal);
        void Add(string names, string parameters, Func<JinjaInterpreter, object?[], object?> body)
        {
            foreach (string name in names.Split(' ')) all[name] = new JinjaBuiltin(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], parameters, body);
        }
        Add("list.index tuple.index range.index", "self, value, start=0, stop=9223372036854775807", Index);
        Add("list.count tuple.count range.count", "self, value", (c, a) => JinjaValue.Items(a[0], c.Budget)
            .LongCount(item => JinjaComparison.AreEqual(item, a[1], c.Budget)));
        Add("list.copy", "self", (c, a) => new JinjaList(JinjaValue.ToArray(a[0], c.Budget)));
        Add("dict.items", "self", (_, a) => new JinjaDictionaryView((JinjaDictionary)a[0]!, "dict_items"));
        Add("dict.keys", "self", (_, a) => new JinjaDictionaryView((JinjaDictionary)a[0]!, "dict_keys"));
        Add("dict.values", "self", (_, a) => new JinjaDictionaryView((JinjaDictionary)a[0]!, "dict_values"));
        Add("dict.get", "self, key, default=None", (_, a) => ((JinjaDictionary)a[0]!).TryGet(a[1], out object? value) ? value : a[2]);
        Add("dict.copy", "self", (c, a) => Copy((JinjaDictionary)a[0]!, c.Budget));
        Add("dict.fromkeys", "self, keys, value=None", (c, a) => FromKeys(JinjaValue.Items(a[1], c.Budget), a[2]));
        Add("float.is_integer", "self", (_, a) => a[0] is double number && Math.Floor(number) == number && double.IsFinite(number));
        Add("int.bit_length", "self", (_, a) => (long)System.Numerics.BigInteger.Abs((long)a[0]!).GetBitLength());
        Add("bytes.decode", "self, encoding='utf-8', errors='strict'", (_, a) => System.Text.Encoding.UTF8.GetString(((JinjaBytes)a[0]!).Bytes));
        return all;
    }

    private static object? Index(JinjaInterpreter interpreter, object?[] a)
    {
        object?[] items = JinjaValue.ToArray(a[0], interpreter.Budget);
        long start = JinjaNumbers.RequireIndex(a[2]), stop = JinjaNumbers.RequireIndex(a[3]);
        if (start < 0) start = Math.Max(0, start + items.Length);
        if (stop < 0) stop += items.Length;
        for (long i = start; i < Math.Min(stop, items.Length); i++)
            if (JinjaComparison.AreEqual(items[i], a[1], interpreter.Budget)) return i;
        throw JinjaException.Value($"{PythonRepr.Of(a[1], interpreter.Budget)} is not in {JinjaValue.TypeName(a[0])}");
    }

    private static JinjaDictionary Copy(JinjaDictionary original, JinjaBudget budget)
    {
        budget.Spend(original.Count);
        var copy = new JinjaDictionary();
        foreach ((object? key, object? value) in original.Items) copy[key] = value;
        return copy;
    }

    private static JinjaDictionary FromKeys(IEnumerable<object?> keys, object? value)
    {
        var dictionary = new JinjaDictionary();
        foreach (object? key in keys) dictionary[key] = value;
        return dictionary;
    }
}
