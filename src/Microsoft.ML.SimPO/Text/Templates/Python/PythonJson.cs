using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>json.dumps</c>, as transformers' <c>tojson</c> calls it.</summary>
internal sealed class PythonJson
{
    private readonly JinjaBudget _budget;
    private readonly StringBuilder _text = new();
    private readonly bool _isAscii;
    private readonly bool _isSorted;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private int _level;

    private PythonJson(object? ascii, object? indent, object? separators, object? sorted, JinjaBudget budget)
    {
        _budget = budget;
        _isAscii = JinjaValue.IsTrue(ascii);
        _isSorted = JinjaValue.IsTrue(sorted);
        _indent = indent is null ? null : JinjaValue.AsText(indent) ?? new string(' ', Math.Clamp(JinjaNumbers.RequireCount(indent), 0, 1000));
        (_itemSeparator, _keySeparator) = separators is null ? (_indent is null ? ", " : ",", ": ") : Separators(separators, budget);
    }

    public static string Write(object? value, object? ascii, object? indent, object? separators, object? sorted, JinjaBudget budget)
    {
        var writer = new PythonJson(ascii, indent, separators, sorted, budget);
        writer.Write(value);
        return budget.Text(writer._text.ToString());
    }

    private static (string Item, string Key) Separators(object? separators, JinjaBudget budget)
    {
        object?[] parts = JinjaValue.ToArray(separators, budget);
        if (parts.Length != 2) throw JinjaException.Value("separators must be a pair of strings");
        string Text(object? part) => JinjaValue.AsText(part) ?? throw JinjaException.Type($"separators must be strings, not {JinjaValue.TypeName(part)}");
        return (Text(parts[0]), Text(parts[1]));
    }

    private void Write(object? value)
    {
        _budget.Enter();
        _budget.Spend();
        if (_text.Length > _budget.Options.MaxTextLength) _budget.SpendText(_text.Length);
        if (JinjaValue.AsText(value) is { } text) WriteText(text);
        else if (value is JinjaSequence sequence) WriteAll('[', sequence.Items, item => Write(item), ']');
        else if (value is JinjaDictionary dictionary) WriteAll('{', Entries(dictionary), WriteEntry, '}');
        else _text.Append(Scalar(value) ?? throw JinjaException.Type($"Object of type {JinjaValue.TypeName(value)} is not JSON serializable"));
        _budget.Leave();
    }

    private string? Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number => JinjaNumbers.Text(number, _budget),
        double number => double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonFloat.Repr(number),
        _ => null,
    };

    private KeyValuePair<object?, object?>[] Entries(JinjaDictionary dictionary)
    {
        KeyValuePair<object?, object?>[] entries = [.. dictionary.Items];
        return _isSorted
            ? [.. entries.Order(Comparer<KeyValuePair<object?, object?>>.Create((a, b) => JinjaComparison.Order(a.Key, b.Key, _budget)))] : entries;
    }

    private void WriteEntry(KeyValuePair<object?, object?> entry)
    {
        WriteText(JinjaValue.AsText(entry.Key) ?? Scalar(entry.Key)
            ?? throw JinjaException.Type($"keys must be str, int, float, bool or None, not {JinjaValue.TypeName(entry.Key)}"));
        _text.Append(_keySeparator);
        Write(entry.Value);
    }

    private void WriteAll<T>(char open, T[] items, Action<T> write, char close)
    {
        _text.Append(open);
        _level++;
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) _text.Append(_itemSeparator);
            NewLine();
            write(items[i]);
        }
        _level--;
        if (items.Length > 0) NewLine();
        _text.Append(close);
    }

    private void NewLine()
    {
        if (_indent is null) return;
        _budget.SpendText((long)_indent.Length * _level);
        _text.Append('\n').Insert(_text.Length, _indent, _level);
    }

    private void WriteText(string text)
    {
        _text.Append('"');
        foreach (char c in text)
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                > '~' when _isAscii => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _text.Append(c),
            };
        _text.Append('"');
    }
}
