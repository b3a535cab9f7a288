using System.Text;
using System.Text.Unicode;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>UTF-8 that must be valid.</summary>
internal static class StrictText
{
    /// <exception cref="FormatException">The bytes are not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes)) throw new FormatException("Text must be valid UTF-8, but holds other bytes.");
        return Encoding.UTF8.GetString(bytes);
    }
}
