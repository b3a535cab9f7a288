using System.Numerics;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>Python's comparisons.</summary>
internal static class JinjaComparison
{
    /// <summary>One of ==, !=, &lt;, &lt;=, &gt;, &gt;=, in, not in.</summary>
    public static bool Apply(string comparison, object? left, object? right, JinjaBudget budget) => comparison switch
    {
        "==" => AreEqual(left, right, budget),
        "!=" => !AreEqual(left, right, budget),
        "in" => Contains(right, left, budget),
        "not in" => !Contains(right, left, budget),
        _ => IsOrdered(comparison, left, right, budget),
    };

    public static bool AreEqual(object? left, object? right, JinjaBudget budget)
    {
        if (ReferenceEquals(left, right)) return left is not double number || !double.IsNaN(number);
        if (left is null || right is null) return false;
        if (JinjaValue.AsText(left) is { } text)
        {
            if (JinjaValue.AsText(right) is not { } other || text.Length != other.Length) return false;
            budget.Spend(text.Length >> 6);
            return text == other;
        }
        if (left is JinjaObject) return AreEqualObjects(left, right, budget);
        if (left is double || right is double) return JinjaNumbers.AsFloat(left) is { } a && JinjaNumbers.AsFloat(right) is { } b && a == b;
        return JinjaNumbers.AsInteger(left) is { } i && JinjaNumbers.AsInteger(right) is { } j && i == j;
    }

    /// <summary>Orders two values as <c>sorted</c> does.</summary>
    public static int Order(object? left, object? right, JinjaBudget budget) =>
        IsOrdered("<", left, right, budget) ? -1 : IsOrdered("<", right, left, budget) ? 1 : 0;

    public static bool Contains(object? container, object? item, JinjaBudget budget)
    {
        if (JinjaValue.AsText(container) is { } text)
        {
            if (item is JinjaUndefined) throw JinjaException.Type("'in <string>' requires string as left operand, not Undefined");
            budget.SpendReading([container, item]);
            string part = JinjaValue.AsText(item)
                ?? throw JinjaException.Type($"'in <string>' requires string as left operand, not {JinjaValue.TypeName(item)}");
            return text.Contains(part, StringComparison.Ordinal);
        }
        if (container is JinjaDictionary dictionary)
        {
            budget.SpendReading([item]);
            return dictionary.TryGet(item, out _);
        }
        if (JinjaValue.TryItems(container) is null) throw JinjaException.Type($"argument of type '{JinjaValue.TypeName(container)}' is not iterable");
        foreach (object? other in JinjaValue.Items(container, budget))
            if (ReferenceEquals(item, other) || AreEqual(item, other, budget)) return true;
        return false;
    }

    private static bool AreEqualObjects(object left, object right, JinjaBudget budget)
    {
        budget.Enter();
        bool equal = (left, right) switch
        {
            (JinjaUndefined, JinjaUndefined) => true,
            (JinjaSequence a, JinjaSequence b) => a.GetType() == b.GetType() && a.Items.Length == b.Items.Length && AreEqualItems(a.Items, b.Items, budget),
            (JinjaDictionary a, JinjaDictionary b) => a.Count == b.Count && AreEqualEntries(a, b, budget),
            (JinjaRange a, JinjaRange b) => a.Count == b.Count && (a.Count == 0 || (a[0] == b[0] && a[a.Count - 1] == b[b.Count - 1])),
            (JinjaBytes a, JinjaBytes b) => a.Bytes.AsSpan().SequenceEqual(b.Bytes),
            (JinjaDictionaryView a, JinjaDictionaryView b) => a.TypeName == b.TypeName && a.TypeName != "dict_values" && a.Count == b.Count
                && a.Elements.All(item => b.Elements.Any(other => AreEqual(item, other, budget))),
            _ => false,
        };
        budget.Leave();
        return equal;
    }

    private static bool AreEqualItems(object?[] left, object?[] right, JinjaBudget budget)
    {
        for (int i = 0; i < left.Length; i++)
        {
            budget.Spend();
            if (!ReferenceEquals(left[i], right[i]) && !AreEqual(left[i], right[i], budget)) return false;
        }
        return true;
    }

    private static bool AreEqualEntries(JinjaDictionary left, JinjaDictionary right, JinjaBudget budget)
    {
        foreach ((object? key, object? value) in left.Items)
        {
            budget.Spend();
            if (!right.TryGet(key, out object? other) || !AreEqual(value, other, budget)) return false;
        }
        return true;
    }

    private static bool IsOrdered(string comparison, object? left, object? right, JinjaBudget budget)
    {
        if (left is JinjaUndefined undefined) throw undefined.Error();
        if (right is JinjaUndefined other) throw other.Error();
        if (JinjaValue.AsText(left) is { } a && JinjaValue.AsText(right) is { } b)
        {
            budget.Spend(Math.Min(a.Length, b.Length) >> 6);
            return Holds(comparison, PythonText.Compare(a, b));
        }
        if (left is JinjaSequence x && right is JinjaSequence y && x.GetType() == y.GetType()) return IsOrdered(comparison, x, y, budget);
        if (left is double || right is double)
        {
            if (JinjaNumbers.AsFloat(left) is { } p && JinjaNumbers.AsFloat(right) is { } q) return HoldsForFloats(comparison, p, q);
        }
        else if (JinjaNumbers.AsInteger(left) is { } i && JinjaNumbers.AsInteger(right) is { } j) return Holds(comparison, BigInteger.Compare(i, j));
        throw JinjaException.Type($"'{comparison}' not supported between instances of '{JinjaValue.TypeName(left)}' and '{JinjaValue.TypeName(right)}'");
    }

    private static bool IsOrdered(string comparison, JinjaSequence left, JinjaSequence right, JinjaBudget budget)
    {
        budget.Enter();
        int common = Math.Min(left.Items.Length, right.Items.Length);
        int at = 0;
        while (at < common && (ReferenceEquals(left.Items[at], right.Items[at]) || AreEqual(left.Items[at], right.Items[at], budget)))
        {
            budget.Spend();
            at++;
        }
        bool holds = at < common
            ? IsOrdered(comparison, left.Items[at], right.Items[at], budget) : Holds(comparison, left.Items.Length.CompareTo(right.Items.Length));
        budget.Leave();
        return holds;
    }

    private static bool Holds(string comparison, int order) => comparison switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };

    private static bool HoldsForFloats(string comparison, double left, double right) => comparison switch
    {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    };
}
