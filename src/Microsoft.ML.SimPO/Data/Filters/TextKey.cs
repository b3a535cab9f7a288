using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Microsoft.ML.SimPO.Data;

/// <summary>128 bits that stand for texts: equal for equal texts, different for others (the first half of their SHA-256).</summary>
internal static class TextKey
{
    /// <summary>The key of texts in this order; each is closed off, so <c>("ab","c")</c> and <c>("a","bc")</c> differ.</summary>
    public static UInt128 Of(params ReadOnlySpan<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (string text in texts)
        {
            MemoryMarshal.Write(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    /// <summary>The key of a prompt up to case and white space: prompts that differ in nothing else are the same prompt.</summary>
    public static UInt128 OfPrompt(string prompt) => Of(Normalize(prompt));

    /// <summary>Lower case, each run of white space one blank, none at the ends.</summary>
    public static string Normalize(string text)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(text.Length);
        int length = 0;
        bool blank = false;
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                blank = length > 0;
                continue;
            }
            if (blank) buffer[length++] = ' ';
            blank = false;
            buffer[length++] = char.ToLowerInvariant(c);
        }
        string normal = new(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return normal;
    }
}
