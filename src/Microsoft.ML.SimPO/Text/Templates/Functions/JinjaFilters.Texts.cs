using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

internal static partial class JinjaFilters
{
    private static void AddTexts(Adder add)
    {
        add("string", "value", (c, a) => a[0] is JinjaMarkup ? a[0] : Text(c, a[0]));
        add("upper", "s", (c, a) => PythonCase.Upper(Text(c, a[0])));
        add("lower", "s", (c, a) => PythonCase.Lower(Text(c, a[0])));
        add("capitalize", "s", (c, a) => PythonCase.Capitalize(Text(c, a[0])));
        add("title", "s", (c, a) => Title(Text(c, a[0])));
        add("trim", "value, chars=None", (c, a) => JinjaStringMethods.Strip(Text(c, a[0]), a[1], start: true, end: true));
        add("replace", "s, old, new, count=None", (c, a) =>
            c.Budget.Text(PythonSplit.Replace(Text(c, a[0]), Text(c, a[1]), Text(c, a[2]), a[3] is null ? -1 : JinjaNumbers.RequireCount(a[3]), c.Budget)));
        add("center", "value, width=80", (c, a) => c.Budget.Text(JinjaStringMethods.Center(Text(c, a[0]), JinjaNumbers.RequireCount(a[1]), " ", c.Budget)));
        add("indent", "s, width=4, first=False, blank=False", (c, a) => c.Budget.Text(Indent(a, c.Budget)));
        add("format", "value, *args, **kwargs", (c, a) => Format(Text(c, a[0]), (object?[])a[^2]!, (List<KeyValuePair<string, object?>>)a[^1]!, c.Budget));
        add("truncate", "s, length=255, killwords=False, end='...', leeway=None", (c, a) =>
            Truncate(a[0], JinjaNumbers.RequireCount(a[1]), JinjaValue.IsTrue(a[2]), Text(c, a[3]), a[4] is null ? 5 : JinjaNumbers.RequireCount(a[4])));
        add("wordcount", "s", (c, a) => WordCount(Text(c, a[0])));
        add("tojson", "value, ensure_ascii=False, indent=None, separators=None, sort_keys=False",
            (c, a) => PythonJson.Write(a[0], a[1], a[2], a[3], a[4], c.Budget));
        add("urlencode", "value", (c, a) => c.Budget.Text(UrlEncode(a[0], c.Budget)));
    }

    private static string Text(JinjaInterpreter interpreter, object? value)
    {
        string text = JinjaValue.ToText(value, interpreter.Budget);
        interpreter.Budget.Spend(text.Length >> 3);
        return text;
    }

    /// <summary>Words begin after white space, hyphens and opening brackets, not after apostrophes.</summary>
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isBorder = i < text.Length && IsWordBorder(text[i]);
            if (i < text.Length && !isBorder) continue;
            AppendWord(title, text[start..i]);
            if (i < text.Length) title.Append(text[i]);
            start = i + 1;
        }
        return title.ToString();
    }

    private static bool IsWordBorder(char c) => c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);

    private static void AppendWord(StringBuilder title, string word)
    {
        if (word.Length == 0) return;
        int first = word.Length > 1 && char.IsSurrogatePair(word[0], word[1]) ? 2 : 1;
        title.Append(PythonCase.Upper(word[..first])).Append(PythonCase.Lower(word[first..]));
    }

    private static string Indent(object?[] a, JinjaBudget budget)
    {
        if (a[0] is JinjaUndefined undefined) throw undefined.Error();
        if (a[0] is JinjaList) throw new JinjaException("AttributeError", "'list' object has no attribute 'splitlines'");
        string text = JinjaValue.AsText(a[0]) ?? throw JinjaException.Type($"unsupported operand type(s) for +=: '{JinjaValue.TypeName(a[0])}' and 'str'");
        string indentation = JinjaValue.AsText(a[1]) ?? (string)JinjaArithmetic.Apply("*", " ", a[1], budget)!;
        bool indentsFirst = JinjaValue.IsTrue(a[2]), indentsBlank = JinjaValue.IsTrue(a[3]);
        var indented = new StringBuilder(indentsFirst ? indentation : "");
        bool isFirst = true;
        foreach (string line in PythonText.Lines(text + "\n"))
        {
            budget.Spend(1 + (indentation.Length >> 4));
            if (indented.Length > budget.Options.MaxTextLength) budget.SpendText(indented.Length);
            if (!isFirst) indented.Append('\n');
            if (!isFirst && (indentsBlank || line.Length > 0)) indented.Append(indentation);
            indented.Append(line);
            isFirst = false;
        }
        return indented.ToString();
    }

    private static string Format(string format, object?[] positional, List<KeyValuePair<string, object?>> named, JinjaBudget budget)
    {
        if (positional.Length > 0 && named.Count > 0) throw JinjaException.Argument("can't handle positional and keyword arguments at the same time");
        if (named.Count == 0) return PythonPercentFormat.Format(format, new JinjaTuple(positional), budget);
        var dictionary = new JinjaDictionary();
        foreach ((string key, object? value) in named) dictionary[key] = value;
        return PythonPercentFormat.Format(format, dictionary, budget);
    }

    private static object? Truncate(object? value, int length, bool cutsWords, string end, int leeway)
    {
        int endLength = PythonText.Length(end);
        if (length < endLength) throw new JinjaException("AssertionError", FormattableString.Invariant($"expected length >= {endLength}, got {length}"));
        if (leeway < 0) throw new JinjaException("AssertionError", FormattableString.Invariant($"expected leeway >= 0, got {leeway}"));
        long size = JinjaValue.TryLength(value) ?? throw JinjaException.Type($"object of type '{JinjaValue.TypeName(value)}' has no len()");
        if (size <= (long)length + leeway) return value;
        string text = JinjaValue.AsText(value) ?? throw JinjaException.Type($"a {JinjaValue.TypeName(value)} cannot be truncated");
        string cut = text[..PythonText.Offset(text, length - endLength)];
        int space = cutsWords ? -1 : cut.LastIndexOf(' ');
        return (space >= 0 ? cut[..space] : cut) + end;
    }

    private static long WordCount(string text)
    {
        long words = 0;
        bool inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isPart = PythonText.IsWordPart(rune) && Rune.GetUnicodeCategory(rune) is not
                (System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark);
            if (isPart && !inWord) words++;
            inWord = isPart;
        }
        return words;
    }

    private static string UrlEncode(object? value, JinjaBudget budget)
    {
        if (JinjaValue.AsText(value) is not null || JinjaValue.TryItems(value) is null) return Quote(value, "/", budget);
        IEnumerable<object?> pairs = value is JinjaDictionary dictionary
            ? dictionary.Items.Select(p => (object?)new JinjaTuple([p.Key, p.Value])) : JinjaValue.Items(value, budget);
        return string.Join('&', pairs.Select(pair => JinjaValue.ToArray(pair, budget) is [var key, var item]
            ? $"{Quote(key, "", budget)}={Quote(item, "", budget)}"
            : throw JinjaException.Value("not enough values to unpack (expected 2)")));
    }

    private static string Quote(object? value, string safe, JinjaBudget budget)
    {
        var quoted = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(budget.Text(JinjaValue.ToText(value, budget))))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || safe.Contains(c, StringComparison.Ordinal)) quoted.Append(c);
            else if (c == ' ' && safe.Length == 0) quoted.Append('+');
            else quoted.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        return quoted.ToString();
    }
}
