using System.Globalization;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Templates.Values;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Templates.Functions;

/// <summary>The methods of Python's strings.</summary>
internal static class JinjaStringMethods
{
    private static readonly Dictionary<string, JinjaBuiltin> All = Build();

    public static JinjaBuiltin? Find(string name) => All.GetValueOrDefault(name);

    private static Dictionary<string, JinjaBuiltin> Build()
    {
        var all = new Dictionary<string, JinjaBuiltin>(StringComparer.Ordinal);
        void Add(string names, string parameters, Func<string, object?[], JinjaBudget, object?> body)
        {
            foreach (string name in names.Split(' '))
                all[name] = new JinjaBuiltin(name, parameters.Length == 0 ? "self" : "self, " + parameters, (interpreter, a) =>
                {
                    string text = JinjaValue.AsText(a[0]) ?? throw JinjaException.Type($"descriptor '{name}' requires a 'str' object");
                    interpreter.Budget.Spend(text.Length >> 4);
                    object? result = body(text, a, interpreter.Budget);
                    return result is string made ? interpreter.Budget.Text(made) : result;
                });
        }
        AddCase(Add);
        AddStrip(Add);
        AddSplit(Add);
        AddSearch(Add);
        AddPadding(Add);
        AddTests(Add);
        AddFormat(all);
        return all;
    }

    private static void AddCase(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        add("upper", "", (s, _, _) => PythonCase.Upper(s));
        add("lower", "", (s, _, _) => PythonCase.Lower(s));
        add("casefold", "", (s, _, _) => PythonCase.Lower(s).Replace("ß", "ss", StringComparison.Ordinal).Replace('ς', 'σ'));
        add("title", "", (s, _, _) => PythonCase.Title(s));
        add("capitalize", "", (s, _, _) => PythonCase.Capitalize(s));
        add("swapcase", "", (s, _, _) => PythonCase.SwapCase(s));
    }

    private static void AddStrip(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        add("strip", "chars=None", (s, a, _) => Strip(s, a[1], start: true, end: true));
        add("lstrip", "chars=None", (s, a, _) => Strip(s, a[1], start: true, end: false));
        add("rstrip", "chars=None", (s, a, _) => Strip(s, a[1], start: false, end: true));
        add("removeprefix", "prefix", (s, a, _) => s.StartsWith(Text(a[1]), StringComparison.Ordinal) ? s[Text(a[1]).Length..] : s);
        add("removesuffix", "suffix", (s, a, _) => s.EndsWith(Text(a[1]), StringComparison.Ordinal) ? s[..^Text(a[1]).Length] : s);
    }

    public static string Strip(string text, object? set, bool start, bool end)
    {
        if (set is null) return start && end ? PythonText.Strip(text) : start ? PythonText.StripStart(text) : PythonText.StripEnd(text);
        return PythonText.Strip(text, JinjaValue.AsText(set) ?? throw JinjaException.Type("strip arg must be None or str"), start, end);
    }

    private static void AddSplit(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        add("split", "sep=None, maxsplit=-1", (s, a, budget) => List(PythonSplit.Split(s, Separator(a[1]), JinjaNumbers.RequireCount(a[2])), budget));
        add("rsplit", "sep=None, maxsplit=-1", (s, a, budget) => List(PythonSplit.SplitFromEnd(s, Separator(a[1]), JinjaNumbers.RequireCount(a[2])), budget));
        add("splitlines", "keepends=False", (s, a, budget) => List(PythonText.Lines(s, JinjaNumbers.RequireIndex(a[1]) != 0), budget));
        add("partition", "sep", (s, a, _) => s.IndexOf(Separator(Text(a[1]))!, StringComparison.Ordinal) is int at and >= 0
            ? new JinjaTuple([s[..at], a[1], s[(at + Text(a[1]).Length)..]]) : new JinjaTuple([s, "", ""]));
        add("rpartition", "sep", (s, a, _) => s.LastIndexOf(Separator(Text(a[1]))!, StringComparison.Ordinal) is int at and >= 0
            ? new JinjaTuple([s[..at], a[1], s[(at + Text(a[1]).Length)..]]) : new JinjaTuple(["", "", s]));
        add("join", "iterable", (s, a, budget) => Join(s, JinjaValue.Items(a[1], budget), budget));
        add("replace", "old, new, count=-1", (s, a, budget) => PythonSplit.Replace(s, Text(a[1]), Text(a[2]), JinjaNumbers.RequireCount(a[3]), budget));
    }

    public static string Join(string separator, IEnumerable<object?> items, JinjaBudget budget)
    {
        var text = new StringBuilder();
        bool isFirst = true;
        foreach (object? item in items)
        {
            if (!isFirst) text.Append(separator);
            isFirst = false;
            string part = JinjaValue.AsText(item) ?? throw JinjaException.Type($"sequence item: expected str instance, {JinjaValue.TypeName(item)} found");
            budget.Spend((part.Length + separator.Length) >> 4);
            if ((long)text.Length + part.Length > budget.Options.MaxTextLength) budget.SpendText((long)text.Length + part.Length);
            text.Append(part);
        }
        return text.ToString();
    }

    private static void AddSearch(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        const string range = "sub, start=0, end=9223372036854775807";
        add("find", range, (s, a, _) => Find(s, a, last: false));
        add("rfind", range, (s, a, _) => Find(s, a, last: true));
        add("index", range, (s, a, _) => Find(s, a, last: false) is >= 0 and long at ? at : throw JinjaException.Value("substring not found"));
        add("rindex", range, (s, a, _) => Find(s, a, last: true) is >= 0 and long at ? at : throw JinjaException.Value("substring not found"));
        add("count", range, (s, a, _) => Count(s, a));
        add("startswith", range, (s, a, _) => Affix(s, a, "startswith", (part, affix) => part.StartsWith(affix, StringComparison.Ordinal)));
        add("endswith", range, (s, a, _) => Affix(s, a, "endswith", (part, affix) => part.EndsWith(affix, StringComparison.Ordinal)));
    }

    /// <summary>The part between the code points that arguments 2 and 3 name, and where it starts; null if the start lies behind the end.</summary>
    private static (string Part, int Start)? Part(string text, object?[] a)
    {
        int length = PythonText.Length(text);
        long start = a[2] is null ? 0 : JinjaNumbers.RequireIndex(a[2]), end = a[3] is null ? length : Math.Min(JinjaNumbers.RequireIndex(a[3]), length);
        if (start < 0) start = Math.Max(0, start + length);
        if (end < 0) end = Math.Max(0, end + length);
        if (start > end) return null;
        int first = PythonText.Offset(text, (int)start);
        return (text[first..PythonText.Offset(text, (int)end)], (int)start);
    }

    private static long Find(string text, object?[] a, bool last)
    {
        string sought = Text(a[1]);
        if (Part(text, a) is not { } within) return -1;
        int at = last ? within.Part.LastIndexOf(sought, StringComparison.Ordinal) : within.Part.IndexOf(sought, StringComparison.Ordinal);
        return at < 0 ? -1 : within.Start + PythonText.Index(within.Part, at);
    }

    private static long Count(string text, object?[] a)
    {
        string sought = Text(a[1]);
        if (Part(text, a) is not { } within) return 0;
        return sought.Length == 0 ? PythonText.Length(within.Part) + 1 : within.Part.AsSpan().Count(sought);
    }

    private static bool Affix(string text, object?[] a, string method, Func<string, string, bool> matches)
    {
        if (a[1] is not (string or JinjaMarkup or JinjaTuple))
            throw JinjaException.Type($"{method} first arg must be str or a tuple of str, not {JinjaValue.TypeName(a[1])}");
        if (Part(text, a) is not { } within) return false;
        return a[1] is JinjaTuple tuple ? Array.Exists(tuple.Items, affix => matches(within.Part, Text(affix))) : matches(within.Part, Text(a[1]));
    }

    private static void AddPadding(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        add("center", "width, fillchar=' '", (s, a, budget) => Center(s, JinjaNumbers.RequireCount(a[1]), Fill(a[2]), budget));
        add("ljust", "width, fillchar=' '", (s, a, budget) => s + Padding(s, JinjaNumbers.RequireCount(a[1]), Fill(a[2]), budget));
        add("rjust", "width, fillchar=' '", (s, a, budget) => Padding(s, JinjaNumbers.RequireCount(a[1]), Fill(a[2]), budget) + s);
        add("zfill", "width", (s, a, budget) => FillZeros(s, JinjaNumbers.RequireCount(a[1]), budget));
        add("expandtabs", "tabsize=8", (s, a, budget) => ExpandTabs(s, JinjaNumbers.RequireCount(a[1]), budget));
    }

    /// <summary>Zeros in front, but behind a sign.</summary>
    private static string FillZeros(string text, int width, JinjaBudget budget)
    {
        string zeros = Padding(text, width, "0", budget);
        return text.StartsWith('-') || text.StartsWith('+') ? text[..1] + zeros + text[1..] : zeros + text;
    }

    public static string Center(string text, int width, string fill, JinjaBudget budget)
    {
        string padding = Padding(text, width, fill, budget);
        int missing = padding.Length / fill.Length;
        int left = missing / 2 + (missing & width & 1);
        return padding[..(left * fill.Length)] + text + padding[(left * fill.Length)..];
    }

    private static string Padding(string text, int width, string fill, JinjaBudget budget)
    {
        int missing = width - PythonText.Length(text);
        budget.SpendText(Math.Max(0, missing));
        return missing <= 0 ? "" : new StringBuilder().Insert(0, fill, missing).ToString();
    }

    private static string Fill(object? value) =>
        PythonText.Length(Text(value)) == 1 ? Text(value) : throw JinjaException.Type("The fill character must be exactly one character long");

    private static string ExpandTabs(string text, int size, JinjaBudget budget)
    {
        budget.SpendText((long)text.Length * Math.Max(1, size));
        var expanded = new StringBuilder();
        int column = 0;
        foreach (char c in text)
        {
            if (c == '\t')
            {
                int spaces = size > 0 ? size - column % size : 0;
                expanded.Append(' ', spaces);
                column += spaces;
                continue;
            }
            expanded.Append(c);
            column = c is '\n' or '\r' ? 0 : column + (char.IsLowSurrogate(c) ? 0 : 1);
        }
        return expanded.ToString();
    }

    private static void AddTests(Action<string, string, Func<string, object?[], JinjaBudget, object?>> add)
    {
        static bool All(string text, Func<int, bool> test) => text.Length > 0 && PythonText.CodePoints(text).All(test);
        static UnicodeCategory Category(int code) => CharUnicodeInfo.GetUnicodeCategory(code);
        static bool IsLetter(int code) => Category(code) <= UnicodeCategory.OtherLetter;
        static bool IsSuperscript(int code) => code is 0xB2 or 0xB3 or 0xB9 or 0x2070 or (>= 0x2074 and <= 0x2079) or (>= 0x2080 and <= 0x2089);
        static bool IsDigit(int code) => Category(code) == UnicodeCategory.DecimalDigitNumber || IsSuperscript(code);
        static bool IsNumeric(int code) => IsDigit(code) || Category(code) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
        add("isalpha", "", (s, _, _) => All(s, IsLetter));
        add("isalnum", "", (s, _, _) => All(s, code => IsLetter(code) || IsNumeric(code)));
        add("isdecimal", "", (s, _, _) => All(s, code => Category(code) == UnicodeCategory.DecimalDigitNumber));
        add("isdigit", "", (s, _, _) => All(s, IsDigit));
        add("isnumeric", "", (s, _, _) => All(s, IsNumeric));
        add("isspace", "", (s, _, _) => All(s, code => code < 0x10000 && PythonText.IsSpace((char)code)));
        add("isascii", "", (s, _, _) => System.Text.Ascii.IsValid(s));
        add("isprintable", "", (s, _, _) => PythonText.CodePoints(s).All(PythonRepr.IsPrintable));
        add("isidentifier", "", (s, _, _) => PythonText.IsIdentifier(s));
        add("islower", "", (s, _, _) => JinjaTests.IsCase(s, PythonCase.IsLower));
        add("isupper", "", (s, _, _) => JinjaTests.IsCase(s, PythonCase.IsUpper));
        add("istitle", "", (s, _, _) => PythonText.CodePoints(s).Any(PythonCase.IsCased) && PythonCase.Title(s) == s);
        add("encode", "encoding='utf-8', errors='strict'", (s, a, _) => Text(a[1]).Replace('_', '-').ToLowerInvariant() is "utf-8" or "utf8" or "ascii"
            ? new JinjaBytes(Encoding.UTF8.GetBytes(s)) : throw new JinjaException("LookupError", $"unknown encoding: {Text(a[1])}"));
    }

    private static void AddFormat(Dictionary<string, JinjaBuiltin> all)
    {
        all["format"] = new JinjaBuiltin("format", "self, *args, **kwargs", (interpreter, a) =>
            new PythonStringFormat((object?[])a[^2]!, Named((List<KeyValuePair<string, object?>>)a[^1]!), interpreter.Budget).Format(Text(a[0])));
        all["format_map"] = new JinjaBuiltin("format_map", "self, mapping", (interpreter, a) =>
            new PythonStringFormat([], a[1], interpreter.Budget).Format(Text(a[0])));
    }

    private static JinjaDictionary Named(List<KeyValuePair<string, object?>> keywords)
    {
        var named = new JinjaDictionary();
        foreach ((string key, object? value) in keywords) named[key] = value;
        return named;
    }

    private static string? Separator(object? value) =>
        value is null ? null : Text(value) is { Length: > 0 } text ? text : throw JinjaException.Value("empty separator");

    private static string Text(object? value) => JinjaValue.AsText(value) ?? throw JinjaException.Type($"must be str, not {JinjaValue.TypeName(value)}");

    private static JinjaList List(IEnumerable<string> parts, JinjaBudget budget)
    {
        List<object?> items = [];
        foreach (string part in parts)
        {
            budget.Spend(1 + (part.Length >> 4));
            items.Add(part);
        }
        return new JinjaList([.. items]);
    }
}
