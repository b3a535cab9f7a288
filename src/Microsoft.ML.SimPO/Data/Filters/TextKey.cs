using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>128 bits that stand for a text: equal for equal texts, different for others (the first half of its SHA-256).</summary>
internal static class TextKey
{
    public static UInt128 Of(ReadOnlySpan<char> text)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(MemoryMarshal.AsBytes(text), digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    /// <summary>The key of three texts in this order, from their keys.</summary>
    public static UInt128 Join(UInt128 first, UInt128 second, UInt128 third)
    {
        Span<UInt128> keys = [first, second, third];
        return Of(MemoryMarshal.Cast<UInt128, char>(keys));
    }

    public static UInt128 OfPair(PreferenceRow row) => Join(Of(row.Prompt), Of(row.Chosen), Of(row.Rejected));

    /// <summary>The key of a prompt up to case and white space: prompts that differ in nothing else are the same prompt.</summary>
    public static UInt128 OfPrompt(string prompt)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(prompt.Length);
        UInt128 key = Of(buffer.AsSpan(0, Normalize(prompt, buffer)));
        ArrayPool<char>.Shared.Return(buffer);
        return key;
    }

    /// <summary>Lower case, each run of white space one blank, none at the ends. Returns the length; it is never longer than the text.</summary>
    public static int Normalize(string text, Span<char> normal)
    {
        int length = 0;
        bool blank = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                blank = length > 0;
                continue;
            }
            if (blank) normal[length++] = ' ';
            blank = false;
            normal[length++] = char.ToLowerInvariant(c);
        }
        return length;
    }
}
