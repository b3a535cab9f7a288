using System.Collections.Frozen;
using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>
/// The tables of <c>UnicodeTables.txt</c>, which the library carries so that no text depends on the host's version of Unicode. Each
/// line is "kind name: values", the values code points or ranges of them in hexadecimal.
/// </summary>
internal static class UnicodeTables
{
    private static readonly Lazy<FrozenDictionary<string, Dictionary<string, string>>> Kinds = new(Read);

    /// <summary>The ranges of a line; null if there is no such line.</summary>
    public static List<(int First, int Last)>? Ranges(string kind, string name) =>
        Kinds.Value[kind].TryGetValue(name, out string? values) ? ParseRanges(values) : null;

    /// <summary>All lines of a kind with their ranges.</summary>
    public static IEnumerable<(string Name, List<(int First, int Last)> Ranges)> Ranges(string kind) =>
        Kinds.Value[kind].Select(line => (line.Key, ParseRanges(line.Value)));

    /// <summary>All lines of a kind whose name is a code point and whose values are code points.</summary>
    public static Dictionary<int, int[]> CodePoints(string kind)
    {
        Dictionary<string, string> lines = Kinds.Value[kind];
        var found = new Dictionary<int, int[]>(lines.Count);
        foreach ((string name, string values) in lines) found[Hexadecimal(name)] = [.. values.Split(' ').Select(value => Hexadecimal(value))];
        return found;
    }

    private static List<(int First, int Last)> ParseRanges(string values)
    {
        var ranges = new List<(int, int)>();
        foreach (Range part in values.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> range = values.AsSpan()[part];
            int dash = range.IndexOf('-');
            int first = Hexadecimal(dash < 0 ? range : range[..dash]);
            ranges.Add((first, dash < 0 ? first : Hexadecimal(range[(dash + 1)..])));
        }
        return ranges;
    }

    private static int Hexadecimal(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static FrozenDictionary<string, Dictionary<string, string>> Read()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("UnicodeTables.txt")!;
        using var reader = new StreamReader(stream);
        var kinds = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        while (reader.ReadLine() is string line)
        {
            if (line.StartsWith('#')) continue;
            int space = line.IndexOf(' '), colon = line.IndexOf(':');
            string kind = line[..space];
            if (!kinds.TryGetValue(kind, out Dictionary<string, string>? lines)) kinds[kind] = lines = new Dictionary<string, string>(StringComparer.Ordinal);
            lines[line[(space + 1)..colon]] = line[(colon + 2)..];
        }
        return kinds.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
