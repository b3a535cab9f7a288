using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>repr</c>.</summary>
internal static class PythonRepr
{
    public static string Of(object? value, JinjaBudget budget)
    {
        if (value is long number) return number.ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        Write(text, value, budget);
        return budget.Text(text.ToString());
    }

    public static string Of(string value)
    {
        var text = new StringBuilder(value.Length + 2);
        Write(text, value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, JinjaBudget budget)
    {
        budget.Enter();
        budget.Spend();
        if (text.Length > budget.Options.MaxTextLength) budget.SpendText(text.Length);
        switch (value)
        {
            case null: text.Append("None"); break;
            case bool flag: text.Append(flag ? "True" : "False"); break;
            case long number: text.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger number: text.Append(JinjaNumbers.Text(number, budget)); break;
            case double number: text.Append(PythonFloat.Repr(number)); break;
            case string literal: Write(text, literal); break;
            case JinjaTuple tuple: WriteItems(text, '(', tuple.Items, tuple.Items.Length == 1 ? ",)" : ")", budget); break;
            case JinjaSequence list: WriteItems(text, '[', list.Items, "]", budget); break;
            case JinjaDictionary dictionary: WriteEntries(text, dictionary, budget); break;
            case JinjaDictionaryView view:
                text.Append(view.TypeName);
                WriteItems(text.Append('('), '[', view.Elements, "]", budget);
                text.Append(')');
                break;
            case JinjaNamespace space:
                text.Append("<Namespace ");
                Write(text, space.Fields, budget);
                text.Append('>');
                break;
            default: text.Append(((JinjaObject)value).Represent()); break;
        }
        budget.Leave();
    }

    private static void WriteItems(StringBuilder text, char open, IEnumerable<object?> items, string close, JinjaBudget budget)
    {
        text.Append(open);
        bool isFirst = true;
        foreach (object? item in items)
        {
            if (!isFirst) text.Append(", ");
            Write(text, item, budget);
            isFirst = false;
        }
        text.Append(close);
    }

    private static void WriteEntries(StringBuilder text, JinjaDictionary dictionary, JinjaBudget budget)
    {
        text.Append('{');
        bool isFirst = true;
        foreach ((object? key, object? value) in dictionary.Items)
        {
            if (!isFirst) text.Append(", ");
            Write(text, key, budget);
            text.Append(": ");
            Write(text, value, budget);
            isFirst = false;
        }
        text.Append('}');
    }

    private static void Write(StringBuilder text, string value)
    {
        char quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (c == quote || c == '\\') text.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~') text.Append(c);
            else if (i + 1 < value.Length && char.IsSurrogatePair(c, value[i + 1])) WriteCode(text, char.ConvertToUtf32(c, value[++i]));
            else WriteCode(text, c);
        }
        text.Append(quote);
    }

    private static void WriteCode(StringBuilder text, int code)
    {
        if (IsPrintable(code)) text.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
        else if (code is '\t' or '\n' or '\r') text.Append('\\').Append(code == '\t' ? 't' : code == '\n' ? 'n' : 'r');
        else if (code < 0x100) text.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}");
        else if (code < 0x10000) text.Append(CultureInfo.InvariantCulture, $"\\u{code:x4}");
        else text.Append(CultureInfo.InvariantCulture, $"\\U{code:x8}");
    }

    public static bool IsPrintable(int code) => code == ' ' || CharUnicodeInfo.GetUnicodeCategory(code) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
