using System.Collections;
using System.Numerics;
using System.Text.Json;
using Microsoft.ML.SimPO.Text.Templates.Python;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What every value of a template has: a type's name, a truth, a text, perhaps items and a length.</summary>
internal static class JinjaValue
{
    private const int MaxInputDepth = 100;

    /// <summary>A template's value for what a caller passes in: JSON, dictionaries, sequences, strings, numbers.</summary>
    /// <exception cref="ArgumentException">The value, or one inside it, is of another type or nests too deep.</exception>
    public static object? From(object? value, int depth = 0)
    {
        if (depth > MaxInputDepth) throw new ArgumentException($"A variable of the template nests more than {MaxInputDepth} levels deep.", nameof(value));
        return value switch
        {
            null or bool or long or double or string => value,
            int or short or byte or uint => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
            ulong number => JinjaNumbers.Normalize(number),
            BigInteger number => JinjaNumbers.Normalize(number),
            float number => (double)number,
            JsonElement json => FromJson(json, depth),
            Message message => message.Fields,
            JinjaObject other => other,
            IEnumerable<KeyValuePair<string, object?>> pairs => Dictionary(pairs, depth),
            IEnumerable items => new JinjaList([.. items.Cast<object?>().Select(item => From(item, depth + 1))]),
            _ => throw new ArgumentException(
                $"A variable of the template is of type {value.GetType().Name}. Pass strings, numbers, bools, lists, dictionaries or JSON.", nameof(value)),
        };
    }

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        JinjaObject other => other.TypeName,
        _ => throw new InvalidOperationException($"{value.GetType().Name} is no value of a template."),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        long number => number != 0,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        JinjaObject other => other.IsTrue,
        _ => true,
    };

    /// <summary>The text of a string or of marked text; null for anything else.</summary>
    public static string? AsText(object? value) => value as string ?? (value as JinjaMarkup)?.Text;

    /// <summary>Python's <c>str(value)</c>.</summary>
    public static string ToText(object? value, JinjaBudget budget) => AsText(value) ?? (value is JinjaUndefined ? "" : PythonRepr.Of(value, budget));

    /// <summary>The items of a value, or null if it has none.</summary>
    public static IEnumerable<object?>? TryItems(object? value) => value switch
    {
        string text => PythonText.Characters(text),
        JinjaMarkup markup => PythonText.Characters(markup.Text),
        JinjaSequence sequence => sequence.Items,
        JinjaDictionary dictionary => dictionary.Keys,
        JinjaDictionaryView view => view.Elements,
        JinjaRange range => Numbers(range),
        JinjaGenerator generator => generator.Drain(),
        JinjaBytes bytes => bytes.Bytes.Select(b => (object?)(long)b),
        JinjaUndefined => [],
        _ => null,
    };

    /// <summary>The items of a value; each costs a step.</summary>
    /// <exception cref="JinjaException">TypeError: the value has no items.</exception>
    public static IEnumerable<object?> Items(object? value, JinjaBudget budget)
    {
        IEnumerable<object?> items = TryItems(value) ?? throw JinjaException.Type($"'{TypeName(value)}' object is not iterable");
        return Counted(items, budget);
    }

    public static object?[] ToArray(object? value, JinjaBudget budget) => [.. Items(value, budget)];

    /// <summary>The number of items, or null if the value has none or does not know.</summary>
    public static long? TryLength(object? value) => value switch
    {
        JinjaSequence sequence => sequence.Items.Length,
        JinjaDictionary dictionary => dictionary.Count,
        JinjaDictionaryView view => view.Count,
        JinjaRange range => range.Count,
        JinjaBytes bytes => bytes.Bytes.Length,
        JinjaUndefined => 0,
        JinjaLoop loop => loop.Length,
        _ => AsText(value) is { } text ? PythonText.Length(text) : null,
    };

    private static IEnumerable<object?> Counted(IEnumerable<object?> items, JinjaBudget budget)
    {
        foreach (object? item in items)
        {
            budget.Spend();
            yield return item;
        }
    }

    private static IEnumerable<object?> Numbers(JinjaRange range)
    {
        for (long i = 0; i < range.Count; i++) yield return range[i];
    }

    private static object? FromJson(JsonElement json, int depth) => json.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => Number(json),
        JsonValueKind.Array => new JinjaList([.. json.EnumerateArray().Select(item => From(item, depth + 1))]),
        _ => Dictionary(json.EnumerateObject().Select(p => new KeyValuePair<string, object?>(p.Name, p.Value)), depth),
    };

    private static object Number(JsonElement json)
    {
        if (json.TryGetInt64(out long number)) return number;
        string text = json.GetRawText();
        bool isInteger = text.AsSpan().IndexOfAny(".eE") < 0 && text.Length <= JinjaNumbers.MaxDigits;
        return isInteger ? BigInteger.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : json.GetDouble();
    }

    private static JinjaDictionary Dictionary(IEnumerable<KeyValuePair<string, object?>> pairs, int depth)
    {
        var dictionary = new JinjaDictionary();
        foreach ((string key, object? value) in pairs) dictionary[key] = From(value, depth + 1);
        return dictionary;
    }
}
