using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary>The escapes of Python's string literals.</summary>
internal static class JinjaStringLiteral
{
    public static string Unescape(ReadOnlySpan<char> body, int line)
    {
        if (!body.Contains('\\')) return body.ToString();
        var text = new StringBuilder(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\') text.Append(body[i]);
            else i = Escape(body, i + 1, text, line);
        }
        return text.ToString();
    }

    /// <summary>Appends what the escape whose letter is at <paramref name="at"/> stands for; returns its last character's place.</summary>
    private static int Escape(ReadOnlySpan<char> body, int at, StringBuilder text, int line)
    {
        char c = body[at];
        switch (c)
        {
            case '\n': return at;
            case 'x': return Hexadecimal(body, at, 2, text, line);
            case 'u': return Hexadecimal(body, at, 4, text, line);
            case 'U': return Hexadecimal(body, at, 8, text, line);
            case 'N': throw JinjaException.Syntax("character names (\\N{..}) are not supported; write the character or \\u....", line);
            case >= '0' and <= '7': return Octal(body, at, text);
            case >= '\u0080': return NotAscii(body, at, text);
        }
        int simple = "abfnrtv\\'\"".IndexOf(c, StringComparison.Ordinal);
        if (simple < 0) text.Append('\\').Append(c);
        else text.Append("\a\b\f\n\r\t\v\\'\""[simple]);
        return at;
    }

    private static int Hexadecimal(ReadOnlySpan<char> body, int at, int digits, StringBuilder text, int line)
    {
        if (at + digits >= body.Length || !int.TryParse(body.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
            throw JinjaException.Syntax($"truncated \\{body[at]} escape", line);
        if (code is < 0 or > 0x10FFFF) throw JinjaException.Syntax("illegal Unicode character", line);
        if (code < 0x10000) text.Append((char)code);
        else text.Append(char.ConvertFromUtf32(code));
        return at + digits;
    }

    private static int Octal(ReadOnlySpan<char> body, int at, StringBuilder text)
    {
        int end = at, code = 0;
        while (end < body.Length && end < at + 3 && body[end] is >= '0' and <= '7') code = code * 8 + (body[end++] - '0');
        text.Append((char)code);
        return end - 1;
    }

    /// <summary>
    /// Jinja2 writes characters beyond ASCII as escapes before it reads the escapes, so a backslash before one escapes that one's own backslash.
    /// </summary>
    private static int NotAscii(ReadOnlySpan<char> body, int at, StringBuilder text)
    {
        Rune.DecodeFromUtf16(body[at..], out Rune rune, out int length);
        text.Append('\\').Append(rune.Value switch
        {
            < 0x100 => string.Create(CultureInfo.InvariantCulture, $"x{rune.Value:x2}"),
            < 0x10000 => string.Create(CultureInfo.InvariantCulture, $"u{rune.Value:x4}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"U{rune.Value:x8}"),
        });
        return at + length - 1;
    }
}
