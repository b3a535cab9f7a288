using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

internal static partial class JinjaFilters
{
    private static readonly Dictionary<string, string> Entities = new(StringComparer.Ordinal)
    {
        ["amp"] = "&", ["lt"] = "<", ["gt"] = ">", ["quot"] = "\"", ["apos"] = "'", ["nbsp"] = "\u00a0", ["copy"] = "©", ["reg"] = "®", ["hellip"] = "…",
        ["mdash"] = "—", ["ndash"] = "–", ["lsquo"] = "‘", ["rsquo"] = "’", ["ldquo"] = "“", ["rdquo"] = "”", ["euro"] = "€",
        ["laquo"] = "«", ["raquo"] = "»",
    };

    /// <summary>What no name of an attribute may hold.</summary>
    private static readonly SearchValues<char> NoAttributeName = SearchValues.Create(" \t\n\r\f\v/>=");

    private static void AddMarkup(Adder add)
    {
        add("escape e", "value", (c, a) => a[0] as JinjaMarkup ?? Escaped(c, a[0]));
        add("forceescape", "value", (c, a) => Escaped(c, a[0]));
        add("safe", "value", (c, a) => a[0] as JinjaMarkup ?? new JinjaMarkup(Text(c, a[0])));
        add("xmlattr", "d, autospace=True", (c, a) => Attributes(c, a[0], JinjaValue.IsTrue(a[1])));
        add("striptags", "value", (c, a) => StripTags(Text(c, a[0])));
    }

    /// <summary><c>name="value"</c> of each item that has a value, with a space before the first.</summary>
    private static string Attributes(JinjaInterpreter interpreter, object? value, bool hasSpace)
    {
        if (value is JinjaUndefined undefined) throw undefined.Error();
        if (value is not JinjaDictionary dictionary)
            throw new JinjaException("AttributeError", $"'{JinjaValue.TypeName(value)}' object has no attribute 'items'");
        var text = new StringBuilder();
        foreach ((object? key, object? item) in dictionary.Items)
        {
            if (item is null or JinjaUndefined) continue;
            string name = JinjaValue.AsText(key) ?? throw JinjaException.Type($"expected string or bytes-like object, got '{JinjaValue.TypeName(key)}'");
            if (name.AsSpan().ContainsAny(NoAttributeName)) throw JinjaException.Value($"Invalid character in attribute name: {PythonRepr.Of(name)}");
            if (text.Length > 0 || hasSpace) text.Append(' ');
            text.Append(JinjaMarkup.Escape(name)).Append("=\"").Append(item is JinjaMarkup markup ? markup.Text : Escaped(interpreter, item).Text).Append('"');
        }
        return interpreter.Budget.Text(text.ToString());
    }

    private static JinjaMarkup Escaped(JinjaInterpreter interpreter, object? value) =>
        new(interpreter.Budget.Text(JinjaMarkup.Escape(Text(interpreter, value))));

    private static string StripTags(string text)
    {
        string bare = Without(Without(text, "<!--", "-->"), "<", ">");
        return Unescape(string.Join(' ', PythonSplit.Split(bare, null, -1)));
    }

    private static string Without(string text, string open, string close)
    {
        var kept = new StringBuilder();
        int at = 0;
        while (true)
        {
            int start = text.IndexOf(open, at, StringComparison.Ordinal);
            int end = start < 0 ? -1 : text.IndexOf(close, start, StringComparison.Ordinal);
            if (end < 0) return kept.Append(text, at, text.Length - at).ToString();
            kept.Append(text, at, start - at);
            at = end + close.Length;
        }
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('&', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            int end = text[i] == '&' ? text.AsSpan(i, Math.Min(12, text.Length - i)).IndexOf(';') : -1;
            if (end > 1 && Entity(text.Substring(i + 1, end - 1)) is { } character)
            {
                plain.Append(character);
                i += end;
            }
            else plain.Append(text[i]);
        }
        return plain.ToString();
    }

    private static string? Entity(string name)
    {
        if (name[0] != '#') return Entities.GetValueOrDefault(name);
        bool isHexadecimal = name.Length > 1 && name[1] is 'x' or 'X';
        bool isNumber = int.TryParse(
            name.AsSpan(isHexadecimal ? 2 : 1), isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int code);
        return isNumber && Rune.TryCreate(code, out Rune rune) ? rune.ToString() : null;
    }
}
