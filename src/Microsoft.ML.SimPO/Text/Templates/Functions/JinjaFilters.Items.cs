using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

internal static partial class JinjaFilters
{
    private static void AddItems(Adder add)
    {
        add("default d", "value, default_value='', boolean=False", (_, a) => a[0] is JinjaUndefined || (JinjaValue.IsTrue(a[2]) && !JinjaValue.IsTrue(a[0]))
            ? a[1] : a[0]);
        add("length count", "obj", (_, a) => JinjaValue.TryLength(a[0])
            ?? throw JinjaException.Type($"object of type '{JinjaValue.TypeName(a[0])}' has no len()"));
        add("list", "value", (c, a) => new JinjaList(JinjaValue.ToArray(a[0], c.Budget)));
        add("first", "seq", (c, a) => FirstOr(JinjaValue.Items(a[0], c.Budget), "No first item, sequence was empty."));
        add("last", "seq", (c, a) => FirstOr(Reversed(a[0], c.Budget), "No last item, sequence was empty."));
        add("reverse", "value", (c, a) => Reverse(a[0], c.Budget));
        add("join", "value, d='', attribute=None", (c, a) => Join(a, c.Budget));
        add("attr", "obj, name", (_, a) => JinjaAttributes.GetAttributeOnly(
            a[0], JinjaValue.AsText(a[1]) ?? throw JinjaException.Type($"attribute name must be string, not '{JinjaValue.TypeName(a[1])}'")));
        add("items", "value", (c, a) => a[0] switch
        {
            JinjaUndefined => Generator(c, []),
            JinjaDictionary dictionary => Generator(c, new JinjaDictionaryView(dictionary, "dict_items").Elements),
            _ => throw JinjaException.Type("Can only get item pairs from a mapping."),
        });
        add("batch", "value, linecount, fill_with=None", (c, a) => Generator(c, Batch(JinjaValue.Items(a[0], c.Budget), a[1], a[2], c.Budget)));
        add("slice", "value, slices, fill_with=None",
            (c, a) => Generator(c, Slices(JinjaValue.ToArray(a[0], c.Budget), JinjaNumbers.RequireCount(a[1]), a[2], c.Budget)));
    }

    private static JinjaGenerator Generator(JinjaInterpreter interpreter, IEnumerable<object?> items) => new(items, interpreter.Budget);

    private static object? FirstOr(IEnumerable<object?> items, string otherwise)
    {
        foreach (object? item in items) return item;
        return new JinjaUndefined(otherwise);
    }

    /// <summary>Python's <c>reversed</c>, which wants a length.</summary>
    private static IEnumerable<object?> Reversed(object? value, JinjaBudget budget) => value is JinjaGenerator || JinjaValue.TryItems(value) is null
        ? throw JinjaException.Type($"'{JinjaValue.TypeName(value)}' object is not reversible")
        : JinjaValue.ToArray(value, budget).Reverse();

    private static object Reverse(object? value, JinjaBudget budget)
    {
        if (JinjaValue.TryItems(value) is null) throw JinjaException.Argument("argument must be iterable");
        if (JinjaValue.AsText(value) is not null) return string.Concat(JinjaValue.ToArray(value, budget).Reverse().Select(JinjaValue.AsText));
        object?[] items = JinjaValue.ToArray(value, budget);
        Array.Reverse(items);
        return value is JinjaGenerator ? new JinjaList(items) : new JinjaGenerator(items, budget, "list_reverseiterator");
    }

    private static string Join(object?[] a, JinjaBudget budget)
    {
        IEnumerable<object?> items = JinjaValue.Items(a[0], budget);
        if (JinjaValue.IsTrue(a[2]))
        {
            var path = new JinjaItemPath(a[2], null, budget);
            items = items.Select(path.Of);
        }
        return JinjaStringMethods.Join(JinjaValue.ToText(a[1], budget), items.Select(item => (object?)JinjaValue.ToText(item, budget)), budget);
    }

    private static IEnumerable<object?> Batch(IEnumerable<object?> items, object? count, object? fill, JinjaBudget budget)
    {
        List<object?> line = [];
        int size = JinjaNumbers.RequireCount(count);
        foreach (object? item in items)
        {
            if (line.Count == size)
            {
                yield return new JinjaList([.. line]);
                line.Clear();
            }
            line.Add(item);
        }
        if (line.Count == 0) yield break;
        if (fill is not null && line.Count < size)
        {
            budget.Spend(size - line.Count);
            line.AddRange(Enumerable.Repeat(fill, size - line.Count));
        }
        yield return new JinjaList([.. line]);
    }

    private static IEnumerable<object?> Slices(object?[] items, int count, object? fill, JinjaBudget budget)
    {
        if (count == 0) throw new JinjaException("ZeroDivisionError", "integer division or modulo by zero");
        if (count < 0) yield break;
        int size = items.Length / count, extra = items.Length % count, start = 0;
        for (int i = 0; i < count; i++)
        {
            int end = start + size + (i < extra ? 1 : 0);
            budget.Spend(end - start);
            yield return new JinjaList(fill is not null && i >= extra ? [.. items[start..end], fill] : items[start..end]);
            start = end;
        }
    }
}
