using System.Globalization;

namespace Microsoft.ML.SimPO.Data;

/// <summary>One wording for options that are out of range, and one exception for all of them.</summary>
internal static class OptionFaults
{
    public static string Number<T>(string name, string expected, T found, string advice) where T : IFormattable =>
        $"`{name}` must be {expected}, but was {found.ToString(null, CultureInfo.InvariantCulture)}. {advice}";

    public static string Enum<T>(string name, T found) where T : struct, Enum =>
        $"`{name}` must be one of {string.Join(", ", System.Enum.GetNames<T>())}, but was {found:D}.";

    public static void Throw(List<string> faults)
    {
        if (faults.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults));
    }
}
