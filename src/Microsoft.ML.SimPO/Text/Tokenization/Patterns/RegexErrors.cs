namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>What is said of a pattern that cannot be run.</summary>
internal static class RegexErrors
{
    public static FormatException Malformed(string pattern, int at, string what) =>
        new($"The pattern '{Shorten(pattern)}' is malformed at position {at}: {what}.");

    public static NotSupportedException Unsupported(string pattern, int at, string what) =>
        new($"The pattern '{Shorten(pattern)}' uses {what} at position {at}, which is not supported.");

    private static string Shorten(string pattern) => pattern.Length <= 200 ? pattern : pattern[..200] + "...";
}
