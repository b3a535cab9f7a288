using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Regular expressions over names of modules that come out of a file: bounded in time, so that a hostile one ends.</summary>
internal static class ModulePattern
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Longer expressions are no names of modules.</summary>
    private const int MostCharacters = 10_000;

    /// <summary>
    /// An expression that must match all of a name. One that cannot blow up is preferred; some, with look-ahead, need the other kind and a limit of time.
    /// </summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static BoundedPattern Whole(string text)
    {
        if (text.Length > MostCharacters)
            throw new ArgumentException(FormattableString.Invariant($"It has more than {MostCharacters} characters."), nameof(text));
        string whole = $@"\A(?:{FromPython(text)})\z";
        try
        {
            return new BoundedPattern(new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, LongestMatch));
        }
        catch (NotSupportedException)
        {
            return new BoundedPattern(new Regex(whole, RegexOptions.CultureInvariant, LongestMatch));
        }
    }

    /// <summary>An expression that must match a name or its last parts, as the keys of <c>rank_pattern</c> do.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static BoundedPattern LastParts(string text)
    {
        _ = Whole(text); // by itself: parentheses that close too early are a fault
        return Whole($@"(?:.*\.)?(?:{text})");
    }

    /// <summary>Python's way to name a group, <c>(?P&lt;name&gt;...)</c> and <c>(?P=name)</c>, as .NET has it. What is escaped or in brackets stays.</summary>
    private static string FromPython(string text)
    {
        var result = new StringBuilder(text.Length);
        bool inClass = false;
        for (int i = 0; i < text.Length; i++)
        {
            ReadOnlySpan<char> rest = text.AsSpan(i);
            if (!inClass && rest.StartsWith("(?P<"))
            {
                result.Append("(?<");
                i += 3;
            }
            else if (!inClass && rest.StartsWith("(?P=") && rest.IndexOf(')') is > 0 and var end)
            {
                result.Append(@"\k<").Append(rest[4..end]).Append('>');
                i += end;
            }
            else
            {
                result.Append(text[i]);
                if (text[i] == '\\' && i + 1 < text.Length) result.Append(text[++i]);
                else if (text[i] is '[' or ']') inClass = text[i] == '[' || (inClass && text[i - 1] == '[');
            }
        }
        return result.ToString();
    }

    /// <summary>What a name ends in: itself, and what stands behind each of its dots.</summary>
    public static IEnumerable<string> EndsOf(string name)
    {
        for (int start = 0; start >= 0; start = name.IndexOf('.', start) is var dot and >= 0 ? dot + 1 : -1) yield return name[start..];
    }

    /// <summary>The number behind the last but one dot of <c>model.layers.3.self_attn.q_proj</c>: its layer; null where a name has none.</summary>
    /// <param name="containers">What the part before the number may be called; any where there are none.</param>
    public static int? LayerOf(string name, IReadOnlyList<string> containers)
    {
        string[] parts = name.Split('.');
        for (int i = parts.Length - 2; i >= 2; i--)
            if (int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
                && (containers.Count == 0 || containers.Contains(parts[i - 1], StringComparer.Ordinal)))
                return layer;
        return null;
    }
}
