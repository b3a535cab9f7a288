using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Options in a line: those that are not as they are by default, the same in every culture.</summary>
internal static class OptionsText
{
    /// <param name="name">What the options are of.</param>
    /// <param name="options">The options.</param>
    /// <param name="secrets">Those whose values nobody should read.</param>
    public static string Of<T>(string name, T options, params string[] secrets)
        where T : new()
    {
        var usual = new T();
        string[] set =
        [
            .. from option in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
               let value = option.GetValue(options)
               where !AreSame(value, option.GetValue(usual))
               select $"{option.Name} {(secrets.Contains(option.Name) ? "given" : Text(value))}",
        ];
        return set.Length == 0 ? $"{name} with default options" : $"{name} with {string.Join(", ", set)}";
    }

    /// <summary>Lists and options of an option are the same where they read the same.</summary>
    private static bool AreSame(object? value, object? usual) => Equals(value, usual) || (value is not null && usual is not null && Text(value) == Text(usual));

    private static string? Text(object? value) => value switch
    {
        null => "none",
        IEnumerable<KeyValuePair<string, string>> pairs => string.Join(" | ", pairs.Select(p => $"{p.Key}={p.Value}")),
        IEnumerable<string> texts => string.Join(" | ", texts),
        System.Collections.IEnumerable list and not string => string.Join(" | ", list.Cast<object?>().Select(Text)),
        string or bool or IFormattable => Convert.ToString(value, CultureInfo.InvariantCulture),
        // Options of its own say what they are; of a function or a client there is nothing to read.
        _ => value.GetType().GetMethod(nameof(ToString), Type.EmptyTypes)!.DeclaringType == value.GetType() ? value.ToString() : "given",
    };
}
