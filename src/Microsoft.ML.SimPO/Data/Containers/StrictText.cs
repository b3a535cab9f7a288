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

    /// <summary>The first byte of some that is not UTF-8, and what it would be in Windows-1252, in which text that is not UTF-8 mostly is.</summary>
    public static string Describe(string what, ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        string character = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes.Slice(at, 1));
        string meaning = char.IsControl(character[0]) ? "" : $", `{character}` in Windows-1252";
        return $"{what} must be UTF-8, but holds the byte 0x{bytes[at]:X2}{meaning}. Save the file as UTF-8.";
    }
}
