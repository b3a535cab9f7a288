using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

internal static partial class JinjaFilters
{
    private static void AddOrders(Adder add)
    {
        add("sort", "value, reverse=False, case_sensitive=False, attribute=None", (c, a) => Sort(a, c.Budget));
        add("unique", "value, case_sensitive=False, attribute=None", (c, a) => Generator(c, Unique(a, c.Budget)));
        add("min", "value, case_sensitive=False, attribute=None", (c, a) => Extreme(a, -1, c.Budget));
        add("max", "value, case_sensitive=False, attribute=None", (c, a) => Extreme(a, 1, c.Budget));
        add("sum", "iterable, attribute=None, start=0", (c, a) => Sum(a, c.Budget));
        add("groupby", "value, attribute, default=None, case_sensitive=False", (c, a) => GroupBy(a, c.Budget));
        add("dictsort", "value, case_sensitive=False, by='key', reverse=False", (c, a) => SortDictionary(a, c.Budget));
    }

    private static object? Key(object? value, bool isCaseSensitive) =>
        !isCaseSensitive && JinjaValue.AsText(value) is { } text ? PythonCase.Lower(text) : value;

    /// <summary>Sorted stably by the keys, equal ones in their old order also when reversed.</summary>
    private static object?[] Sorted(IEnumerable<object?> items, Func<object?, object?> key, bool isReversed, JinjaBudget budget)
    {
        var comparer = Comparer<object?>.Create((x, y) =>
        {
            budget.Spend(3);
            return JinjaComparison.Order(x, y, budget);
        });
        object?[] array = [.. items];
        object?[] keys = Array.ConvertAll(array, item => key(item));
        int[] order = [.. Enumerable.Range(0, array.Length)];
        IOrderedEnumerable<int> sorted = isReversed ? order.OrderByDescending(i => keys[i], comparer) : order.OrderBy(i => keys[i], comparer);
        try
        {
            return [.. sorted.Select(i => array[i])];
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException inner)
        {
            throw inner;
        }
    }

    private static JinjaList Sort(object?[] a, JinjaBudget budget)
    {
        bool isCaseSensitive = JinjaValue.IsTrue(a[2]);
        JinjaItemPath[] paths = JinjaValue.AsText(a[3]) is { } text
            ? [.. text.Split(',').Select(part => new JinjaItemPath(part, null, budget))]
            : [new JinjaItemPath(a[3], null, budget)];
        object? KeyOf(object? item) => new JinjaTuple([.. paths.Select(path => Key(path.Of(item), isCaseSensitive))]);
        return new JinjaList(Sorted(JinjaValue.Items(a[0], budget), KeyOf, JinjaNumbers.RequireIndex(a[1]) != 0, budget));
    }

    private static JinjaList SortDictionary(object?[] a, JinjaBudget budget)
    {
        if (a[2] is not ("key" or "value")) throw JinjaException.Argument("You can only sort by either \"key\" or \"value\"");
        if (a[0] is JinjaUndefined undefined) throw undefined.Error();
        if (a[0] is not JinjaDictionary dictionary)
            throw new JinjaException("AttributeError", $"'{JinjaValue.TypeName(a[0])}' object has no attribute 'items'");
        int part = a[2] is "key" ? 0 : 1;
        budget.Spend(dictionary.Count);
        IEnumerable<object?> pairs = new JinjaDictionaryView(dictionary, "dict_items").Elements;
        return new JinjaList(Sorted(pairs, pair => Key(((JinjaTuple)pair!).Items[part], JinjaValue.IsTrue(a[1])), JinjaValue.IsTrue(a[3]), budget));
    }

    private static IEnumerable<object?> Unique(object?[] a, JinjaBudget budget)
    {
        var path = new JinjaItemPath(a[2], null, budget);
        var seen = new JinjaDictionary();
        foreach (object? item in JinjaValue.Items(a[0], budget))
        {
            object? key = Key(path.Of(item), JinjaValue.IsTrue(a[1]));
            if (seen.TryGet(key, out _)) continue;
            seen[key] = null;
            yield return item;
        }
    }

    private static object? Extreme(object?[] a, int sign, JinjaBudget budget)
    {
        var path = new JinjaItemPath(a[2], null, budget);
        object? best = new JinjaUndefined("No aggregated item, sequence was empty."), bestKey = null;
        bool isFirst = true;
        foreach (object? item in JinjaValue.Items(a[0], budget))
        {
            object? key = Key(path.Of(item), JinjaValue.IsTrue(a[1]));
            if (!isFirst && !JinjaComparison.Apply(sign > 0 ? ">" : "<", key, bestKey, budget)) continue;
            (best, bestKey, isFirst) = (item, key, false);
        }
        return best;
    }

    private static object? Sum(object?[] a, JinjaBudget budget)
    {
        if (JinjaValue.AsText(a[2]) is not null) throw JinjaException.Type("sum() can't sum strings [use ''.join(seq) instead]");
        var path = new JinjaItemPath(a[1], null, budget);
        object? sum = a[2];
        foreach (object? item in JinjaValue.Items(a[0], budget)) sum = JinjaArithmetic.Apply("+", sum, path.Of(item), budget);
        return sum;
    }

    private static JinjaList GroupBy(object?[] a, JinjaBudget budget)
    {
        var path = new JinjaItemPath(a[1], a[2], budget);
        bool isCaseSensitive = JinjaValue.IsTrue(a[3]);
        object? KeyOf(object? item) => Key(path.Of(item), isCaseSensitive);
        List<object?> groups = [];
        List<object?> group = [];
        object? current = null;
        foreach (object? item in Sorted(JinjaValue.Items(a[0], budget), KeyOf, false, budget))
        {
            object? key = KeyOf(item);
            if (group.Count > 0 && !JinjaComparison.AreEqual(key, current, budget))
            {
                groups.Add(Group(path, group));
                group = [];
            }
            current = key;
            group.Add(item);
        }
        if (group.Count > 0) groups.Add(Group(path, group));
        return new JinjaList([.. groups]);
    }

    private static JinjaTuple Group(JinjaItemPath path, List<object?> items) => new([path.Of(items[0]), new JinjaList([.. items])], isGroup: true);
}
