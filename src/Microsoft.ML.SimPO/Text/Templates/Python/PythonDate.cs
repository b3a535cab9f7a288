using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Python;

/// <summary>Python's <c>strftime</c> in the C locale, of a local time without a zone.</summary>
internal static class PythonDate
{
    public static string Format(DateTimeOffset time, string format, JinjaBudget budget)
    {
        budget.SpendText(format.Length * 16L);
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length) text.Append(format[i]);
            else if (format[i + 1] == '-' && i + 2 < format.Length) text.Append(Unpadded(time, format[i += 2]));
            else text.Append(Directive(time, format[++i]));
        }
        return text.ToString();
    }

    private static string Unpadded(DateTimeOffset time, char directive)
    {
        string padded = Directive(time, directive);
        return padded.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : padded[^1..];
    }

    private static string Directive(DateTimeOffset time, char directive) => directive switch
    {
        'a' => Named(time, "ddd"),
        'A' => Named(time, "dddd"),
        'b' or 'h' => Named(time, "MMM"),
        'B' => Named(time, "MMMM"),
        'c' => Format(time, 'a', ' ', 'b', ' ', 'e', ' ', 'T', ' ', 'Y'),
        'C' => Padded(time.Year / 100, 2),
        'd' => Padded(time.Day, 2),
        'D' or 'x' => Format(time, 'm', '/', 'd', '/', 'y'),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'f' => Padded((int)(time.Ticks % TimeSpan.TicksPerSecond / 10), 6),
        'F' => Format(time, 'Y', '-', 'm', '-', 'd'),
        'g' => Padded(ISOWeek.GetYear(time.DateTime) % 100, 2),
        'G' => Padded(ISOWeek.GetYear(time.DateTime), 4),
        'H' => Padded(time.Hour, 2),
        'I' => Padded((time.Hour + 11) % 12 + 1, 2),
        'j' => Padded(time.DayOfYear, 3),
        'k' => time.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'l' => ((time.Hour + 11) % 12 + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'm' => Padded(time.Month, 2),
        'M' => Padded(time.Minute, 2),
        'n' => "\n",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'r' => Format(time, 'I', ':', 'M', ':', 'S', ' ', 'p'),
        'R' => Format(time, 'H', ':', 'M'),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Padded(time.Second, 2),
        't' => "\t",
        'T' or 'X' => Format(time, 'H', ':', 'M', ':', 'S'),
        'u' => Padded(((int)time.DayOfWeek + 6) % 7 + 1, 1),
        'U' => Padded((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
        'V' => Padded(ISOWeek.GetWeekOfYear(time.DateTime), 2),
        'w' => Padded((int)time.DayOfWeek, 1),
        'W' => Padded((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2),
        'y' => Padded(time.Year % 100, 2),
        'Y' => time.Year.ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "",
        '%' => "%",
        _ => "%" + directive,
    };

    /// <summary>Letters are directives, other characters themselves.</summary>
    private static string Format(DateTimeOffset time, params ReadOnlySpan<char> parts)
    {
        var text = new StringBuilder();
        foreach (char part in parts) text.Append(char.IsAsciiLetter(part) ? Directive(time, part) : part.ToString());
        return text.ToString();
    }

    private static string Named(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Padded(int number, int width) => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
}
