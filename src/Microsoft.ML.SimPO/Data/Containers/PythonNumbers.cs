namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// The numbers that Python's <c>json</c> writes and JSON does not have: <c>NaN</c>, which is no number and so null, <c>Infinity</c> and <c>-Infinity</c>.
/// </summary>
internal static class PythonNumbers
{
    /// <summary>The JSON with these numbers as JSON has them, or null where there are none outside of texts.</summary>
    public static byte[]? Repair(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("NaN"u8) < 0 && json.IndexOf("Infinity"u8) < 0) return null;
        var repaired = new List<byte>(json.Length + 16);
        bool any = false;
        for (int i = 0; i < json.Length;)
        {
            int length = json[i] switch
            {
                (byte)'"' => TextLength(json[i..]),
                (byte)'N' when json[i..].StartsWith("NaN"u8) => Replace("null"u8, 3),
                (byte)'I' when json[i..].StartsWith("Infinity"u8) => Replace("1e999"u8, 8),
                _ => 1 + (json[(i + 1)..].IndexOfAny("\"NI"u8) is >= 0 and var next ? next : json.Length - i - 1),
            };
            if (length > 0) repaired.AddRange(json.Slice(i, length));
            i += Math.Abs(length);
        }
        return any ? repaired.ToArray() : null;

        int Replace(ReadOnlySpan<byte> number, int length)
        {
            repaired.AddRange(number);
            any = true;
            return -length;
        }
    }

    /// <summary>Whether the bytes end within such a number.</summary>
    public static bool EndsInside(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> tail = json[^Math.Min(8, json.Length)..];
        int start = tail.LastIndexOfAny("NI"u8);
        return start >= 0 && tail[start..] is var word && ("NaN"u8.StartsWith(word) || "Infinity"u8.StartsWith(word));
    }

    private static int TextLength(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            int next = text[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0) return text.Length;
            i += next;
            if (text[i] == '"') return i + 1;
            i++;
        }
        return text.Length;
    }
}
